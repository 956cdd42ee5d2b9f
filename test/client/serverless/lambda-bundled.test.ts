import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Inbox, startInbox } from '../../../src/testing/index.js'
import { createProject } from '../../support/project.js'
import { start } from '../../support/run.js'

const ESBUILD = resolve(import.meta.dirname, '../../dependencies/bundlers/node_modules/.bin')

let inbox: Inbox
/** A folder with the built function and nothing that it needs. */
let folder: string

beforeAll(async () => {
  inbox = await startInbox({ port: 0 })
  folder = mkdtempSync(join(tmpdir(), 'lognitor-lambda-'))
  const packages = ['@opentelemetry/api', '@opentelemetry/sdk-node']
  const project = createProject({ code: 'examples/lambda-bundled', packages })
  const { scripts } = JSON.parse(readFileSync(join(project.folder, 'package.json'), 'utf8'))
  const env = { ...process.env, PATH: `${ESBUILD}${delimiter}${process.env.PATH}` }
  const built = spawnSync(scripts.build, { cwd: project.folder, env, shell: true, encoding: 'utf8' })
  if (built.status !== 0) throw new Error(built.stderr)
  for (const name of ['out', 'invoke.mjs']) {
    cpSync(join(project.folder, name), join(folder, name), { recursive: true })
  }
  project.remove()
})

afterEach(() => inbox.clear())

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await inbox.close()
})

/** Invokes the function once, in a process that is stopped as soon as it has answered. */
async function invoke(...items: string[]): Promise<unknown> {
  const program = start(['--enable-source-maps', 'invoke.mjs', ...items], {
    cwd: folder,
    env: {
      LOGNITOR_API_KEY: 'test-key',
      LOGNITOR_API_URL: inbox.apiUrl,
      LOGNITOR_FLUSH_INTERVAL: '60000',
    },
  })
  expect([await program.ended, program.stderr()]).toEqual(['SIGKILL', ''])
  return JSON.parse(program.stdout())
}

test('the bundled Lambda example: 100 logs of one trace are delivered before the process stops', async () => {
  const items = Array.from({ length: 100 }, (_, n) => `item-${n}`)
  expect(await invoke(...items)).toEqual({ statusCode: 201, body: '{"reserved":100}' })
  const logs = inbox.logs()
  expect(logs.map((log) => log.metadata?.item)).toEqual(items)
  expect(logs.every((log) => log.request_id === 'b7a3c1' && log.user?.id === 'ada')).toBe(true)
  expect([...new Set(logs.map((log) => log.trace?.trace_id))]).toEqual([
    expect.stringMatching(/^[0-9a-f]{32}$/),
  ])
})

test('the bundled Lambda example: what is thrown is one error, with its place in the source', async () => {
  expect(await invoke('book', 'unicorn')).toEqual({ errorType: 'RangeError' })
  const errors = inbox.logs().filter(({ level }) => level === 'error')
  expect(errors).toMatchObject([
    {
      error: { type: 'RangeError', message: 'unicorns are out of stock' },
      request: { method: 'POST', path: '/orders' },
      service: 'orders-function',
    },
  ])
  expect(errors[0]?.error?.filename).toMatch(/index\.ts$/)
})
