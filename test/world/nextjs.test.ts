import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Inbox, startInbox } from '../../src/testing/index.js'
import { until } from '../support/until.js'

const root = resolve(import.meta.dirname, '../..')
/** Next.js takes nothing that lies above its root, so the example is built below its packages. */
const line = join(root, 'test/dependencies', process.env.NEXT_LINE ?? 'nextjs')
const next = join(line, 'node_modules/next/dist/bin/next')

let inbox: Inbox
let site: string

beforeAll(async () => {
  inbox = await startInbox({ port: 0 })
  mkdirSync(join(line, '.cache'), { recursive: true })
  site = mkdtempSync(join(line, '.cache/site-'))
  cpSync(join(root, 'examples/nextjs'), site, { recursive: true })
  const installed = join(site, 'node_modules/@lognitor/opentelemetry')
  mkdirSync(installed, { recursive: true })
  for (const name of ['package.json', 'dist']) {
    cpSync(join(root, name), join(installed, name), { recursive: true })
  }
})

afterAll(async () => {
  rmSync(site, { recursive: true, force: true })
  await inbox.close()
})

async function build(output: string | undefined): Promise<void> {
  const config = { output, outputFileTracingRoot: line, turbopack: { root: line } }
  writeFileSync(join(site, 'next.config.mjs'), `export default ${JSON.stringify(config)}`)
  const env = { ...plain(), NEXT_IGNORE_INCORRECT_LOCKFILE: '1' }
  await promisify(execFile)(process.execPath, [next, 'build'], { cwd: site, env })
}

function plain(): Record<string, string> {
  const { PATH = '', HOME = '' } = process.env
  return { PATH, HOME, NEXT_TELEMETRY_DISABLED: '1' }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((done) => server.once('listening', done))
  const { port } = server.address() as { port: number }
  await new Promise((done) => server.close(done))
  return port
}

interface Way {
  readonly name: string
  readonly output: string | undefined
  /** The command line, and where it is run. */
  start(port: number): readonly [args: string[], folder: string]
}

const ways: Way[] = [
  {
    name: 'next start',
    output: undefined,
    start: (port) => [[next, 'start', '-p', String(port), '-H', '127.0.0.1'], site],
  },
  {
    name: 'a standalone server, away from its packages',
    output: 'standalone',
    start: () => {
      const away = mkdtempSync(join(tmpdir(), 'lognitor-standalone-'))
      cpSync(join(site, '.next/standalone'), away, { recursive: true, verbatimSymlinks: true })
      return [['server.js'], join(away, site.slice(line.length))]
    },
  },
]

describe.each(ways)('$name', ({ output, start }) => {
  let started: readonly [string[], string]
  let port: number
  let server: ChildProcess
  let stderr: string

  beforeAll(async () => {
    await build(output)
    port = await freePort()
    started = start(port)
  }, 300_000)

  beforeEach(async () => {
    const [args, cwd] = started
    stderr = ''
    server = spawn(process.execPath, args, {
      cwd,
      env: {
        ...plain(),
        PORT: String(port),
        HOSTNAME: '127.0.0.1',
        LOGNITOR_API_KEY: 'k',
        LOGNITOR_API_URL: inbox.apiUrl,
        LOGNITOR_FLUSH_INTERVAL: '100',
      },
    })
    let isReady = false
    server.stdout?.on('data', (piece) => {
      isReady ||= String(piece).includes('Ready')
    })
    server.stderr?.on('data', (piece) => {
      stderr += piece
    })
    await until(() => isReady, 'the server is ready')
  })

  afterEach(async () => {
    const over = new Promise((done) => server.once('exit', done))
    server.kill()
    await over
    inbox.clear()
  })

  async function visit(path: string, headers: Record<string, string> = {}): Promise<number> {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers })
    await response.text()
    return response.status
  }

  test('each request is answered and has a row with its route; logs and errors arrive once', async () => {
    const paths = ['/', '/shop/tea', '/api/orders/7', '/api/orders/0', '/shop/milk']
    const statuses: number[] = []
    for (const path of paths) statuses.push(await visit(path))
    expect(statuses).toEqual([200, 200, 200, 500, 200])
    await until(() => inbox.requests().length === paths.length, 'all rows')
    await until(() => inbox.logs().some(({ level }) => level === 'error'), 'the error')
    const entries = inbox.requests().map(({ path, route, status_code }) => [path, route, status_code])
    expect(entries).toContainEqual(['/', '/', 200])
    expect(entries).toContainEqual(['/shop/tea', '/shop/[item]', 200])
    expect(entries).toContainEqual(['/api/orders/7', '/api/orders/[id]', 200])
    expect(entries).toContainEqual(['/api/orders/0', '/api/orders/[id]', 500])
    const logs = inbox.logs().map(({ level, message, trace }) => [level, message, trace !== undefined])
    expect(logs.sort()).toEqual([
      ['error', 'no such order', true],
      ['info', 'order looked up', true],
    ])
    expect(stderr).not.toContain('LOGNITOR_')
  })

  test('the user of the first request is not on another one', async () => {
    await visit('/api/orders/7', { 'x-user': 'ada' })
    await visit('/api/orders/8')
    await until(() => inbox.logs().length === 2 && inbox.requests().length === 2, 'both')
    const logs = inbox.logs().map(({ metadata, user }) => [metadata?.order, user?.id])
    expect(logs).toContainEqual(['7', 'ada'])
    expect(logs).toContainEqual(['8', undefined])
  })
})
