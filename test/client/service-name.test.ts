import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { start } from '../support/run.js'

const OURS = resolve(import.meta.dirname, '../../dist/index.cjs')
const TESTING = resolve(import.meta.dirname, '../../dist/testing.cjs')
const SCRIPT = `
const { init, info, flush } = require(${JSON.stringify(OURS)})
const { MemoryTransport } = require(${JSON.stringify(TESTING)})
const transport = new MemoryTransport()
init({ transport })
info('hello')
flush().then(() => console.log(JSON.stringify(transport.logs[0].service ?? null)))
`

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'service-name-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function write(path: string, content: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), content)
}

/** The service of a log that the script wrote. */
async function serviceOf(args: string[], cwd = folder, more: Record<string, string> = {}): Promise<unknown> {
  const run = start(args, { cwd, env: { NODE_OPTIONS: '--no-warnings', ...more } })
  expect(await run.ended, run.stderr()).toBe(0)
  return JSON.parse(run.stdout())
}

test('a service without a name gets the name of the nearest package that has one', async () => {
  write('package.json', '{ "name": "@acme/shop" }')
  write('dist/package.json', '{ "type": "commonjs" }')
  write('dist/app.js', SCRIPT)
  expect(await serviceOf([join(folder, 'dist/app.js')], tmpdir())).toBe('@acme/shop')
  expect(await serviceOf(['dist/app.js'])).toBe('@acme/shop')
  expect(await serviceOf(['dist/app.js'], folder, { OTEL_SERVICE_NAME: 'till' })).toBe('till')
})

test('the package of a started folder is found', async () => {
  write('package.json', '{ "name": "outer" }')
  write('shop/package.json', '{ "name": "shop", "main": "app.js" }')
  write('shop/app.js', SCRIPT)
  expect(await serviceOf(['shop'])).toBe('shop')
})

test('the name of an installed tool that starts the application is not used', async () => {
  write('package.json', '{ "name": "shop" }')
  write('node_modules/starter/package.json', '{ "name": "starter" }')
  write('node_modules/starter/bin.js', SCRIPT)
  expect(await serviceOf(['node_modules/starter/bin.js'])).toBe('shop')
})

test.each([
  ['a list', '[]'],
  ['no name', '{ "name": 7 }'],
  ['far too long', JSON.stringify({ name: 'x', text: 'x'.repeat(300_000) })],
])('an invalid package.json is ignored: %s', async (_, content) => {
  write('package.json', '{ "name": "above" }')
  write('app/package.json', content)
  write('app/index.cjs', SCRIPT)
  expect(await serviceOf(['app/index.cjs'])).toBe('above')
})

test('code of --eval has no package', async () => {
  write('package.json', '{ "name": "shop" }')
  expect(await serviceOf(['-e', SCRIPT])).toBe(null)
})
