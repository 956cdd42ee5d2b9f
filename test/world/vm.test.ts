import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Inbox, startInbox } from '../../src/testing/index.js'
import { createProject, type Project } from '../support/project.js'

const ROOT = resolve(import.meta.dirname, '../..')

/** What compiles modules by vm, without a way to import() from them. */
const BY_VM = `
const Module = require('node:module')
const vm = require('node:vm')
const { dirname } = require('node:path')
Module.prototype._compile = function (code, filename) {
  const compiled = new vm.Script(Module.wrap(code), { filename }).runInThisContext()
  return compiled.call(this.exports, this.exports, this.require.bind(this), this, filename, dirname(filename))
}`

const APP = `
const { init } = require('@lognitor/opentelemetry')
const client = init({ apiKey: 'key', apiUrl: process.env.API_URL, compression: process.env.COMPRESSION })
client.info('hello')
client.flush(10_000).then((isDelivered) => console.log(isDelivered))`

let inbox: Inbox
let project: Project

beforeAll(async () => {
  inbox = await startInbox()
  project = createProject({
    line: 'jest',
    packages: ['@opentelemetry/api', 'v8-compile-cache'],
    files: { 'by-vm.cjs': BY_VM, 'app.cjs': APP },
  })
})
afterAll(async () => {
  project.remove()
  await inbox.close()
})
beforeEach(() => inbox.clear())

async function delivers(preload: string, env: Record<string, string> = {}): Promise<void> {
  const program = project.start(['-r', preload, 'app.cjs'], { env: { API_URL: inbox.apiUrl, ...env } })
  expect([await program.ended, program.stdout(), program.stderr()]).toEqual([0, 'true\n', ''])
  expect(inbox.logs().map(({ message }) => message)).toEqual(['hello'])
}

test.each(['none', 'gzip'])('code that vm runs delivers (compression: %s)', async (COMPRESSION) => {
  await delivers('./by-vm.cjs', { COMPRESSION })
})

test('code that v8-compile-cache runs delivers, compiled or taken from the cache', async () => {
  const env = { COMPRESSION: 'none', V8_COMPILE_CACHE_CACHE_DIR: join(project.folder, 'cache') }
  await delivers('v8-compile-cache', env)
  inbox.clear()
  await delivers('v8-compile-cache', env)
})

test('only the terminal imports at run time', () => {
  const files = ['src', 'instrumentation'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  )
  const sources = files.filter((file) => file.endsWith('.ts') && !file.startsWith(join('src', 'cli')))
  const importing = sources.filter((file) => {
    const code = readFileSync(join(ROOT, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
    return /(?<!typeof )\bimport\s*\(/.test(code)
  })
  expect(sources.length).toBeGreaterThan(200)
  expect(importing).toEqual([])
})
