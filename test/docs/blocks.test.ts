import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Inbox, startInbox } from '../../src/testing/index.js'
import { installPackage } from '../support/project.js'
import { start } from '../support/run.js'
import { packagesOf, ROOT, readBlocks } from './blocks.js'

const blocks = readBlocks()
const OURS = '@lognitor/opentelemetry'
let folder: string
let inbox: Inbox

/** A project outside of the repository with the built package and the packages that the blocks import. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lognitor-blocks-'))
  installPackage(folder)
  const peers = ['@opentelemetry/api', '@opentelemetry/sdk-node', '@opentelemetry/instrumentation-http']
  const names = new Set([...peers, '@types/node', ...blocks.flatMap(packagesOf)])
  names.delete(OURS)
  for (const name of names) {
    link(name)
    if (places(`@types/${name}`).some(existsSync)) link(`@types/${name}`)
  }
  for (const { file, code } of blocks) writeFileSync(join(folder, file), code)
  writeFileSync(join(folder, 'package.json'), '{ "name": "blocks", "private": true }')
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: COMPILER, include: ['*'] }))
  inbox = await startInbox()
})

afterAll(async () => {
  await inbox?.close()
  rmSync(folder, { recursive: true, force: true })
})

const COMPILER = {
  target: 'es2022',
  lib: ['es2023'],
  module: 'nodenext',
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  skipLibCheck: true,
  allowJs: true,
  outDir: 'out',
}

function places(name: string): string[] {
  const folders = ['test/dependencies/frameworks/', 'test/dependencies/bundlers/', '']
  return folders.map((folder) => join(ROOT, folder, 'node_modules', name))
}

function link(name: string): void {
  const found = places(name).find(existsSync)
  if (found === undefined) throw new Error(`${name}, which a block imports, is not installed`)
  const place = join(folder, 'node_modules', name)
  mkdirSync(dirname(place), { recursive: true })
  if (!existsSync(place)) symlinkSync(found, place)
}

async function node(args: readonly string[], env: Record<string, string> = {}) {
  const run = start(args, { cwd: folder, env })
  return { code: await run.ended, output: run.stdout() + run.stderr() }
}

test('every block compiles with the installed package', async () => {
  const ended = await node([join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', '.'])
  expect(ended).toEqual({ code: 0, output: '' })
})

describe('every block runs:', () => {
  test.each(blocks.filter(({ runs }) => runs).map((block) => [block.place, block] as const))(
    '%s',
    async (_, { file }) => {
      const built = join('out', file.replace(/ts$/, 'js'))
      const env = { LOGNITOR_API_KEY: 'lgn_blocks', LOGNITOR_API_URL: inbox.apiUrl }
      const { code, output } = await node([built], env)
      expect(code, output).toBe(0)
      expect(output).not.toMatch(/Warning:|Assertion failed/)
    },
  )
})

test('the logs of the blocks have arrived', () => {
  expect(inbox.stats()).toMatchObject({ rejected: 0 })
  expect(inbox.logs().length).toBeGreaterThan(20)
})
