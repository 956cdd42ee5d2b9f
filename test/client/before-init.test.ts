import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { LognitorClient } from '../../src/client/client.js'
import { forgetCopies } from '../support/fresh-copy.js'
import { settle } from '../support/until.js'
import { KEY, startWatchedInbox, type WatchedInbox, warningsDuring } from './support.js'

type Lognitor = typeof import('../../src/index.js')

let watched: WatchedInbox
let lognitor: Lognitor
let client: LognitorClient | undefined

beforeAll(async () => {
  watched = await startWatchedInbox()
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
})

afterAll(async () => {
  context.disable()
  await watched.close()
})

// Each test gets a freshly loaded package, as in a process that has not called init yet.
beforeEach(async () => {
  forgetCopies()
  lognitor = await import('../../src/index.js')
  client = undefined
  watched.inbox.clear()
})

afterEach(() => client?.shutdown())

function init(options: Parameters<Lognitor['init']>[0] = {}): LognitorClient {
  client = lognitor.init({ apiKey: KEY, apiUrl: watched.apiUrl, ...options })
  return client
}

async function arrived() {
  expect(await lognitor.flush()).toBe(true)
  return watched.inbox.logs()
}

test('calls before init are written after it, in order, with their own time', async () => {
  const before = Date.now()
  lognitor.info('first')
  lognitor.error('second', { error: new TypeError('early') })
  lognitor.captureException(new RangeError('third'))
  const after = Date.now()
  await new Promise((resolve) => setTimeout(resolve, 30))
  init()
  lognitor.info('fourth')
  const logs = await arrived()
  expect(logs.map(({ message }) => message)).toEqual(['first', 'second', 'third', 'fourth'])
  for (const { timestamp } of logs.slice(0, 3)) {
    expect(Date.parse(timestamp)).toBeGreaterThanOrEqual(before)
    expect(Date.parse(timestamp)).toBeLessThanOrEqual(after)
  }
})

test('a call before init gives the id its log will have', async () => {
  const id = lognitor.info('early')
  expect(id).toMatch(/^[0-9a-f-]{36}$/)
  init()
  expect((await arrived())[0]?.metadata?.['log.record.uid']).toBe(id)
})

test('calls before init keep the user, context, tags, session, breadcrumbs and trace of the time of the call', async () => {
  const spanContext = {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    traceFlags: 1,
  }
  lognitor.withScope(() => {
    lognitor.setUser({ id: 'ada' })
    lognitor.setContext({ region: 'eu' })
    lognitor.setTags(['early'])
    lognitor.setSession('s1')
    lognitor.addBreadcrumb({ message: 'before' })
    context.with(trace.setSpanContext(ROOT_CONTEXT, spanContext), () => lognitor.error('as ada'))
    lognitor.setUser({ id: 'bob' })
    lognitor.setContext({ region: 'us' })
    lognitor.setTags(['late'])
    lognitor.setSession('s2')
    lognitor.addBreadcrumb({ message: 'after' })
  })
  init()
  const [log] = await arrived()
  expect(log).toMatchObject({
    user: { id: 'ada' },
    user_id: 'ada',
    tags: ['early'],
    session_id: 's1',
    metadata: { region: 'eu' },
    trace: { trace_id: spanContext.traceId, span_id: spanContext.spanId },
  })
  expect(log?.breadcrumbs?.map(({ message }) => message)).toEqual(['before'])
})

test('log lines before init are breadcrumbs of later errors, before init and after', async () => {
  lognitor.withScope(() => {
    lognitor.addBreadcrumb({ message: 'by hand' })
    lognitor.debug('chatter')
    lognitor.info('line')
    lognitor.withScope(() => {
      lognitor.warn('in a job')
      lognitor.error('early')
    })
    lognitor.addBreadcrumb({ message: 'by hand again' })
    init({
      minLevel: 'info',
      beforeSend: (log) => ({ ...log, message: log.message.replace('line', 'LINE') }),
    })
    lognitor.error('late')
  })
  const trails = (await arrived()).map(({ message, breadcrumbs }) => [
    message,
    breadcrumbs?.map((crumb) => crumb.message),
  ])
  expect(trails).toEqual([
    ['LINE', undefined],
    ['in a job', undefined],
    ['early', ['by hand', 'LINE', 'in a job']],
    ['late', ['by hand', 'LINE', 'by hand again']],
  ])
})

test('log lines before init are not breadcrumbs where init turns breadcrumbs off', async () => {
  lognitor.withScope(() => {
    lognitor.info('line')
    lognitor.error('early')
    init({ breadcrumbs: { logs: false } })
    lognitor.error('late')
  })
  expect((await arrived()).map(({ breadcrumbs }) => breadcrumbs)).toEqual([undefined, [], []])
})

test('values set before init apply after it', async () => {
  lognitor.setSession('set early')
  init()
  lognitor.info('late')
  lognitor.setSession(undefined)
  expect((await arrived())[0]?.session_id).toBe('set early')
})

test('a thousand calls before init are kept, and calls beyond are counted', async () => {
  for (let n = 0; n < 1005; n++) lognitor.info(`early ${n}`)
  const { written } = init().stats()
  expect(written).toBe(1005)
  const logs = await arrived()
  expect(logs).toHaveLength(1000)
  expect(logs.at(-1)?.message).toBe('early 999')
  expect(lognitor.stats().dropped).toEqual({ before_init_full: 5 })
})

test('two hundred pings, feedbacks and releases are kept before init, and those beyond are counted', async () => {
  const kept = Array.from({ length: 200 }, () => lognitor.submitFeedback({ eventId: 'e', comments: 'kept' }))
  const beyond = lognitor.submitFeedback({ eventId: 'e', comments: 'beyond' })
  expect(await beyond).toBe(false)
  init()
  expect((await Promise.all(kept)).every(Boolean)).toBe(true)
  expect(lognitor.stats().dropped).toEqual({ before_init_full: 1 })
})

test('calls kept before init are bounded in bytes too', async () => {
  const text = 'x'.repeat(200_000)
  for (let n = 0; n < 100; n++) lognitor.info('large', { metadata: { text } })
  init()
  expect(lognitor.stats().dropped.before_init_full).toBeGreaterThan(50)
})

test('logs below the minimum level of init are dropped at init', async () => {
  lognitor.debug('chatter')
  lognitor.warn('kept')
  init({ minLevel: 'warn' })
  expect((await arrived()).map(({ message }) => message)).toEqual(['kept'])
})

test('loggers, timers and heartbeats made before init work after it', async () => {
  const child = lognitor.child({ service: 'early-module' })
  const timer = lognitor.startTimer()
  const heartbeat = lognitor.heartbeat('early-token')
  init()
  child.info('from the child')
  timer.end('timed')
  expect(await heartbeat.ping()).toBe(true)
  const logs = await arrived()
  expect(logs[0]).toMatchObject({ message: 'from the child', service: 'early-module' })
  expect(logs[1]?.perf?.duration_ms).toBeGreaterThan(0)
})

test('pings, feedback and releases wait for init', async () => {
  const pinged = lognitor.heartbeat('tok').ping()
  const taken = lognitor.submitFeedback({ eventId: 'e', comments: 'early' })
  const release = lognitor.registerRelease({ version: '1.0.0' })
  init()
  expect(await pinged).toBe(true)
  expect(await taken).toBe(true)
  expect(await release).toMatchObject({ releaseId: expect.any(String) })
})

test('a ping from long before init is not sent: the job may be dead by now', async () => {
  const now = vi.spyOn(performance, 'now')
  const pinged = lognitor.heartbeat('long-ago').ping()
  const later = performance.now() + 31_000
  now.mockImplementation(() => later)
  init()
  now.mockRestore()
  expect(await pinged).toBe(false)
  expect(watched.inbox.heartbeats().some(({ token }) => token === 'long-ago')).toBe(false)
})

test('pause before init pauses the client that init makes', async () => {
  lognitor.pause()
  lognitor.info('held')
  init({ flushInterval: 1 })
  await settle()
  expect(watched.inbox.logs()).toEqual([])
  lognitor.resume()
  expect(await arrived()).toHaveLength(1)
})

test('flush and shutdown before init return false while calls wait', async () => {
  expect(await lognitor.flush()).toBe(true)
  lognitor.info('early')
  expect(await lognitor.flush()).toBe(false)
  expect(await lognitor.shutdown()).toBe(false)
  init()
  expect(await arrived()).toHaveLength(1)
})

test('an invalid level before init drops only its own log', async () => {
  // biome-ignore lint/suspicious/noExplicitAny: what plain JavaScript may do
  expect(lognitor.log('loud' as any, 'early')).toBe('')
  lognitor.info('kept')
  init()
  expect(await arrived()).toHaveLength(1)
})

test('an entry point without a key does not take the calls that wait for init', async () => {
  lognitor.info('early')
  const warning = new Promise((resolve) => process.once('warning', resolve))
  const processor = new lognitor.LognitorLogRecordProcessor()
  await processor.forceFlush()
  expect(await warning).toMatchObject({ code: 'LOGNITOR_NO_API_KEY' })
  lognitor.info('still early')
  init()
  expect(await arrived()).toHaveLength(2)
})

test('without init the client is made from the environment when there are calls to deliver', async () => {
  vi.stubEnv('LOGNITOR_API_KEY', KEY)
  vi.stubEnv('LOGNITOR_API_URL', watched.apiUrl)
  try {
    lognitor.info('from the environment')
    expect(await arrived()).toHaveLength(1)
    client = lognitor.getClient()
  } finally {
    vi.unstubAllEnvs()
  }
})

/** Runs the function with an API key in the environment and with calls that wait for `init`. */
async function withEnvironment(then: () => Promise<void>): Promise<void> {
  vi.stubEnv('LOGNITOR_API_KEY', KEY)
  vi.stubEnv('LOGNITOR_API_URL', watched.apiUrl)
  vi.stubEnv('LOGNITOR_SERVICE', 'environment')
  try {
    lognitor.info('early')
    await then()
  } finally {
    vi.unstubAllEnvs()
  }
}

test('calls wait for init also where the environment has a key', async () => {
  await withEnvironment(async () => {
    const warnings = await warningsDuring(() => init({ service: 'code', beforeSend: (log) => log }))
    expect(warnings).toEqual([])
    expect((await arrived()).map(({ message, service }) => [message, service])).toEqual([['early', 'code']])
  })
})

test('an entry point with options of its own uses them, whatever calls wait', async () => {
  await withEnvironment(async () => {
    const exporter = new lognitor.LognitorLogRecordExporter({
      apiKey: KEY,
      apiUrl: watched.apiUrl,
      service: 'exporter',
    })
    const other = new lognitor.LognitorClient({ apiKey: 'lgn_another', apiUrl: watched.apiUrl })
    exporter.export([{ body: 'record', severityNumber: 9, attributes: {} } as never], () => {})
    await exporter.forceFlush()
    expect(watched.inbox.logs().map(({ message, service }) => [message, service])).toEqual([
      ['record', 'exporter'],
    ])
    client = lognitor.init({ apiKey: 'lgn_another', apiUrl: watched.apiUrl })
    expect(await lognitor.flush()).toBe(true)
    expect(watched.sent.at(-1)?.headers['x-api-key']).toBe('lgn_another')
    await Promise.all([exporter.shutdown(), other.shutdown()])
  })
})
