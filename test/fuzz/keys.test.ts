import fs, { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { DiagLogLevel, diag } from '@opentelemetry/api'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { LognitorHttpInstrumentation, withLognitor } from '../../instrumentation/index.js'
import { LognitorClient } from '../../src/client/client.js'
import type { Options } from '../../src/config/options.js'
import { LognitorLogRecordExporter } from '../../src/otel/log-record-exporter.js'
import { LognitorLogRecordProcessor } from '../../src/otel/log-record-processor.js'
import { LognitorSpanProcessor } from '../../src/otel/span-processor.js'
import { pipelineOf } from '../../src/pipeline/registry.js'
import { warningsDuring } from '../client/support.js'
import { until } from '../support/until.js'
import { startVendor, type Vendor } from '../support/vendor.js'

const KEY = 'lgn_live_8f2c1d77e0'
const PASSWORD = 'hunter2pass'
const SECRET = /lgn_live_8f2c1d77e0|hunter2pass/

let vendor: Vendor
let directory: string

beforeEach(async () => {
  vendor = await startVendor()
  directory = mkdtempSync(join(tmpdir(), 'lognitor-keys-'))
})
afterEach(async () => {
  await vendor.close()
  rmSync(directory, { recursive: true, force: true })
})

function options(more: Options = {}): Options {
  return { apiKey: KEY, apiUrl: vendor.apiUrl, captureUncaught: false, flushOnExit: false, ...more }
}

test('no object of this package shows a key or a password at any depth', async () => {
  const given = options({ proxy: `http://me:${PASSWORD}@127.0.0.1:9` })
  const client = new LognitorClient(given)
  const pipeline = pipelineOf(client)
  const settingsAtFirst = pipeline.settings
  client.reconfigure({ flushInterval: 60_000 })
  const ours = {
    client,
    child: client.child({ service: 'child' }),
    exporter: new LognitorLogRecordExporter(given),
    records: new LognitorLogRecordProcessor(given),
    spans: new LognitorSpanProcessor({ client }),
    instrumentation: new LognitorHttpInstrumentation({ ...given, enabled: false }),
    configuration: withLognitor({ enabled: false }, given),
    heartbeat: client.heartbeat('tok'),
    timer: client.startTimer(),
    stats: client.stats(),
    pipeline,
    settingsAtFirst,
    settings: pipeline.settings,
  }
  for (const [name, object] of Object.entries(ours)) {
    const views = [
      inspect(object, { depth: 50, showHidden: true, getters: true }),
      inspect({ object }, { depth: 50, showProxy: true }),
      JSON.stringify(object, withoutCycles()) ?? '',
      String(object),
    ]
    expect(views.filter((view) => SECRET.test(view)).length, name).toBe(0)
  }
  expect(inspect(pipeline.settings)).toContain("apiKey: '***'")
  expect(pipeline.settings.apiKey).toBe(KEY)
  await client.shutdown(0)
})

function withoutCycles(): (key: string, value: unknown) => unknown {
  const seen = new WeakSet()
  return (_key, value) => {
    if (typeof value !== 'object' || value === null) return value
    if (seen.has(value)) return undefined
    seen.add(value)
    return value
  }
}

test.each<[string, object]>([
  ['a key of two lines', { apiKey: `${KEY}\r\nx-admin: 1` }],
  ['a key beyond ASCII', { apiKey: `${KEY}é` }],
  ['a key that is too long', { apiKey: KEY.repeat(100) }],
  ['a list of keys', { apiKey: [KEY] }],
  ['a key by its name', { apiKey: { [KEY]: KEY } }],
  ['a proxy of another scheme', { proxy: `socks5://me:${PASSWORD}@h.example` }],
  ['a proxy without a scheme', { proxy: `me:${PASSWORD}@h.example` }],
  ['an address with a password', { apiUrl: `https://me:${PASSWORD}@h.example/` }],
  ['an address with a password of odd characters', { apiUrl: `https://me:a//b@${PASSWORD}@h.example/` }],
  ['an address with a password and no scheme', { apiUrl: `me:${PASSWORD}@h.example` }],
  ['an address with a key in its query', { apiUrl: `https://h.example/?key=${KEY}` }],
  ['options that are a key', KEY as unknown as object],
  ['another option beside a key', { apiKey: KEY, batchSize: -1 }],
  ['an option that does not exist beside a key', { apiKey: KEY, apikey: 1 }],
])('an error about %s does not show it', (_, given) => {
  const makers = [
    LognitorClient,
    LognitorLogRecordExporter,
    LognitorSpanProcessor,
    LognitorHttpInstrumentation,
  ]
  for (const Maker of makers) {
    let thrown: unknown
    try {
      new Maker(given as never)
    } catch (error) {
      thrown = error
    }
    // An unknown option is passed on to OpenTelemetry.
    if (thrown === undefined && Maker === LognitorHttpInstrumentation) continue
    expect((thrown as { code?: string }).code).toMatch(/^LOGNITOR_/)
    expect(inspect(thrown, { depth: 20, showHidden: true })).not.toMatch(SECRET)
  }
})

test('warnings about the environment show neither a key nor a password', async () => {
  vi.stubEnv('LOGNITOR_API_KEY', `${KEY}\nx`)
  vi.stubEnv('LOGNITOR_API_URL', `https://me:${PASSWORD}@h.example`)
  vi.stubEnv('LOGNITOR_PROXY', `socks5://me:${PASSWORD}@h.example`)
  const warnings = await warningsDuring(() => new LognitorClient({ transport: { send: () => never() } }))
  vi.unstubAllEnvs()
  expect(warnings).toHaveLength(3)
  expect(warnings.join()).not.toMatch(SECRET)
})

function never(): Promise<never> {
  return new Promise(() => {})
}

/** The output on stderr and to the diag logger while the function runs. */
async function toldDuring(fn: (told: readonly string[]) => Promise<unknown>): Promise<string[]> {
  const told: string[] = []
  const say = (...words: unknown[]) => void told.push(inspect(words, { depth: 20 }))
  const stderr = vi.spyOn(fs, 'writeSync').mockImplementation((_, text) => told.push(String(text)))
  diag.setLogger({ debug: say, info: say, warn: say, error: say, verbose: say }, DiagLogLevel.ALL)
  try {
    told.push(...(await warningsDuring(() => fn(told))))
  } finally {
    diag.disable()
    stderr.mockRestore()
  }
  return told
}

test.each([200, 302, 400, 401, 403, 404, 407, 413, 422, 429, 500])(
  'messages about the answer %i, which repeats all that was sent, show no key',
  async (status) => {
    vendor.answer(({ headers }) => {
      const words = JSON.stringify(headers)
      const errors = [{ index: 0, code: words, field: words, message: words }]
      const body = JSON.stringify({ accepted: 0, rejected: 1, errors, message: words })
      return { status, body: status === 400 ? words : body, headers: { 'x-echo': KEY } }
    })
    const drops: unknown[] = []
    const client = new LognitorClient(
      options({ debug: true, onDrop: (...words) => drops.push(words), maxRetries: 0 }),
    )
    const told = await toldDuring(async (soFar) => {
      client.error('refused')
      void client.heartbeat('tok').ping()
      void client.submitFeedback({ eventId: 'e', comments: 'c' })
      void client.flush(100)
      await until(() => soFar.join('\n').includes('POST /ingest'), 'the answer is told of')
    })
    expect([...told, inspect(drops), inspect(client.stats(), { depth: 9 })].join('\n')).not.toMatch(SECRET)
    await client.shutdown(0)
  },
)

test('messages about an unreachable service or proxy show neither key nor password', async () => {
  const { apiUrl } = vendor
  await vendor.close()
  const proxy = apiUrl.replace('//', `//me:${PASSWORD}@`)
  for (const more of [{}, { proxy }, { apiUrl: apiUrl.replace('http:', 'https:'), proxy }]) {
    const client = new LognitorClient({ ...options({ debug: true, maxRetries: 0 }), apiUrl, ...more })
    const told = await toldDuring(async (soFar) => {
      client.error('to nobody')
      void client.flush(500)
      await until(() => soFar.join('\n').includes('ECONNREFUSED'), 'the failure is told of')
    })
    expect(told.join('\n')).not.toMatch(SECRET)
    await client.shutdown(0)
  }
})

test('the spool has no key in its files or their names, and only its owner can read it', async () => {
  vendor.answer({ status: 503 })
  const client = new LognitorClient(options({ spool: { directory }, maxRetries: 0 }))
  for (let n = 0; n < 200; n++) client.info(`kept ${n}`)
  await client.flush(100)
  await client.shutdown(0)
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' })
  const files = names.filter((name) => statSync(join(directory, name)).isFile())
  const contents = files.map((name) => readFileSync(join(directory, name), 'utf8'))
  expect(contents.join('')).toContain('kept 199')
  expect([...names, ...contents].join('\n')).not.toMatch(SECRET)
  for (const name of names.filter((name) => !name.endsWith('.sock'))) {
    const mode = statSync(join(directory, name)).mode & 0o777
    expect(mode, name).toBe(files.includes(name) ? 0o600 : 0o700)
  }
})

test('an error whose source lines contain the key does not show it', async () => {
  const client = new LognitorClient({ ...options(), apiKey: 'lgn_live_8f2c1d77e0' })
  client.captureException(new Error('near the key'))
  await client.shutdown()
  const body = vendor.batches.map(({ json }) => JSON.stringify(json)).join()
  expect(body).toContain("new Error('near the key')")
  expect(body).not.toMatch(SECRET)
})

test('no call follows a redirect, so the key goes to no other host', async () => {
  const elsewhere = await startVendor()
  for (const status of [301, 302, 303, 307, 308]) {
    vendor.answer((seen) => ({ status, headers: { location: `${elsewhere.url}${seen.path}` } }))
    const client = new LognitorClient(options({ maxRetries: 0 }))
    client.error('lost')
    const calls = [
      client.heartbeat('tok').ping(),
      client.submitFeedback({ eventId: 'e', comments: 'c' }),
      client.registerRelease({ version: '1' }),
    ]
    await client.flush(100)
    await client.shutdown(0)
    await Promise.all(calls)
  }
  const paths = ['/ingest', '/heartbeat/tok', '/feedback', '/releases/register'].map(
    (path) => `/api/v1${path}`,
  )
  expect([...new Set(vendor.seen.map(({ path }) => path))].sort()).toEqual(paths.sort())
  expect(elsewhere.connections).toBe(0)
  await elsewhere.close()
})
