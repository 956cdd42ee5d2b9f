import { readFileSync } from 'node:fs'
import { logs } from '@opentelemetry/api-logs'
import { LoggerProvider } from '@opentelemetry/sdk-logs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LognitorClient } from '../../src/client/client.js'
import { LognitorLogRecordProcessor } from '../../src/otel/log-record-processor.js'
import { type Difference, differences, INTENDED } from './differences.js'
import { type Sent, startWatchedInbox, type WatchedInbox } from './support.js'

interface Captured {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: { readonly logs?: readonly Record<string, unknown>[] } | null
}

const file = new URL('../fixtures/official-sdk-capture.json', import.meta.url)
const OFFICIAL = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Captured[]>
const KEY = 'lgn_test_key'

class KeyError extends Error {}
class ValueError extends Error {}
class Exception extends Error {}
class ZeroDivisionError extends Error {
  override name = 'ZeroDivisionError'
}

/** The calls of the official client's capture, in the same order. */
const CALLS: Readonly<Record<string, (client: LognitorClient) => unknown>> = {
  levels(client) {
    client.debug('Cache miss', { metadata: { key: 'user:123' } })
    client.info('Order created', { metadata: { order_id: 'ord_456' } })
    client.warn('Rate limit approaching', { metadata: { usage: 850, limit: 1000 } })
    client.error('Payment failed', { error: new ValueError('Card declined') })
    client.fatal('Database corrupted, shutting down')
    client.log('info', 'Custom level call')
  },
  per_log_options(client) {
    client.info('User signed up', {
      metadata: { plan: 'pro', referrer: 'google' },
      tags: ['signup', 'marketing'],
      user: { id: 'user_123', email: 'alice@example.com' },
      request: { method: 'POST', url: '/api/users?token=abc&page=2', statusCode: 201, durationMs: 45 },
      perf: { durationMs: 120, memoryMb: 256 },
      deploy: { commit: 'a1b2c3d', branch: 'main' },
      trace: { traceId: 'abc123', spanId: 'def456' },
      action: 'user.signup',
      sessionId: 'sess_xyz',
      requestId: 'req_abc123',
      notify: true,
    })
  },
  user_context(client) {
    client.setUser({ id: 'user_123', email: 'alice@example.com', name: 'Alice' })
    client.info('Profile updated')
    client.info('Admin action', { user: { id: 'admin_1' } })
  },
  after_clear_user(client) {
    client.clearUser()
    client.info('nobody')
  },
  breadcrumbs(client) {
    const data = { duration_ms: 45, url: '/x?secret=1&a=2' }
    client.addBreadcrumb({
      type: 'http',
      category: 'api',
      message: 'GET /api/users 200',
      level: 'info',
      data,
    })
    client.addBreadcrumb({ message: 'second' })
    client.error('Failed to process order', { error: new Exception('Insufficient stock') })
  },
  capture_exception(client) {
    try {
      throw new KeyError("'missing 42'")
    } catch (error) {
      client.captureException(error, {
        metadata: { order_id: 1 },
        tags: ['payment', 'critical'],
        requestId: 'req_123',
      })
    }
  },
  error_object(client) {
    client.error('External service error', {
      error: { type: 'TimeoutError', message: 'Request timed out after 30s' },
    })
  },
  timer(client) {
    client
      .startTimer()
      .end('Computation finished', { metadata: { input_size: 1000 }, perf: { db_queries: 5 } })
  },
  child(client) {
    const child = client.child({
      service: 'payment-module',
      metadata: { module: 'payment' },
      tags: ['payments'],
    })
    child.info('Processing payment')
    child.child({ service: 'stripe-adapter' }).info('Charge created')
  },
  async heartbeat(client) {
    const heartbeat = client.heartbeat('tok123')
    await heartbeat.ping()
    heartbeat.wrap(() => 'done')
  },
  feedback: (client) =>
    client.submitFeedback({
      eventId: '11111111-1111-4111-8111-111111111111',
      name: 'Alice',
      email: 'alice@acme.com',
      comments: 'The page froze',
    }),
  release: (client) =>
    client.registerRelease({ version: '2.1.0', commitHash: 'a1b2c3d4e5f6', branch: 'main' }),
  after_release(client) {
    client.info('after release')
  },
  redaction(client) {
    client.reconfigure({ redactPatterns: ['email', 'creditCard', 'ssn', 'bearer', /sk_live_\w+/] })
    const message =
      'mail a@b.org card 4111 1111 1111 1111 ssn 123-45-6789 Authorization: Bearer abc.def key sk_live_1'
    client.info(message, {
      metadata: { nested: { list: ['c@d.org', 5] } },
      user: { id: 'u', email: 'kept@x.org' },
    })
    client.reconfigure({ redactPatterns: [] })
  },
  logging_bridge(client) {
    const provider = new LoggerProvider({ processors: [new LognitorLogRecordProcessor({ client })] })
    logs.setGlobalLoggerProvider(provider)
    const logger = logs.getLogger('app')
    logger.emit({ severityNumber: 13, body: 'Disk usage high' })
    logger.emit({ severityNumber: 17, body: 'Service unavailable' })
    logger.emit({ severityNumber: 17, body: 'boom', exception: new ZeroDivisionError('division by zero') })
  },
  truncate(client) {
    client.reconfigure({ autoTruncate: true })
    client.info('x'.repeat(300_000), { metadata: { blob: 'y'.repeat(300_000) } })
  },
  context(client) {
    client.setSession('s1')
    client.setContext({ region: 'eu' })
    client.setTags(['a'])
    client.info('ctx', { metadata: { k: 1 }, tags: ['b'] })
  },
  async dedup(client) {
    const words = 'not found at 0xff http://a/b?c=1 550e8400-e29b-41d4-a716-446655440000'
    for (let n = 0; n < 3; n++) client.error('dup', { error: { type: 'T', message: `user ${n} ${words}` } })
    // The summary is due after five seconds, or at the end.
    await client.shutdown()
  },
}

let watched: WatchedInbox
let client: LognitorClient
const used = new Set<string>()

beforeAll(async () => {
  watched = await startWatchedInbox()
  client = new LognitorClient({
    apiKey: KEY,
    apiUrl: watched.apiUrl,
    service: 'payment-service',
    environment: 'production',
    version: '2.1.0',
  })
})

afterAll(() => watched.close())

test('every case of the official capture has calls here', () => {
  expect(Object.keys(CALLS)).toEqual(Object.keys(OFFICIAL))
})

describe('the same calls give the same requests, except for intended differences:', () => {
  test.each(Object.entries(OFFICIAL))('%s', async (name, official) => {
    const before = watched.sent.length
    await CALLS[name]?.(client)
    await client.flush()
    const ours = watched.sent.slice(before)
    const found = name === 'truncate' ? shortened(ours) : ours
    expect(unexplained(name, official, found)).toEqual([])
  })
})

test('every intended difference occurs', () => {
  expect(INTENDED.map(({ name }) => name).filter((name) => !used.has(name))).toEqual([])
})

/**
 * Bodies are compared log by log, because the time decides how many share a batch. Everything else is compared call by
 * call.
 */
function unexplained(name: string, official: readonly Captured[], ours: readonly Sent[]): Difference[] {
  const pairs = [[partsOf(official), partsOf(ours)] as const, [headersOf(official), headersOf(ours)] as const]
  const found = pairs.flatMap(([theirs, mine]) =>
    Array.from({ length: Math.max(theirs.length, mine.length) }, (_, n) =>
      differences(theirs[n], mine[n]),
    ).flat(),
  )
  return found.filter((difference) => {
    const reason = INTENDED.find((intended) => intended.explains(difference, name))
    if (reason) used.add(reason.name)
    return reason === undefined
  })
}

/** Logs without the id of the release, which each receiver assigns itself; other bodies together with their path. */
function partsOf(calls: readonly { path: string; body: unknown }[]): unknown[] {
  return calls.flatMap(({ path, body }) => {
    const batch = body as { logs?: Record<string, unknown>[] } | null
    if (batch?.logs === undefined) return [{ path, body }]
    return batch.logs.map((log) => {
      if (log.release_id === undefined) return log
      const isRegistered = /^rel_0001$/.test(String(log.release_id)) || isKnownRelease(log.release_id)
      return { ...log, release_id: isRegistered ? 'the registered one' : log.release_id }
    })
  })
}

function isKnownRelease(id: unknown): boolean {
  return watched.inbox.releases().some((release) => release.release_id === id)
}

/** The headers of the first call of each path, without those of the connection. */
function headersOf(calls: readonly { path: string; headers: object }[]): unknown[] {
  const first = new Map(calls.map((call) => [call.path, call]).reverse() as [string, (typeof calls)[0]][])
  const names = ['content-type', 'user-agent', 'x-api-key']
  return [...first.values()].map(({ headers }) => ({
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => names.includes(name))),
  }))
}

/** Cuts long strings as the capture has them cut. */
function shortened(calls: readonly Sent[]): Sent[] {
  const cut = (_: string, value: unknown) =>
    typeof value === 'string' && value.length > 200
      ? `${value.slice(0, 20)}... (${value.length} characters)`
      : value
  return JSON.parse(JSON.stringify(calls, cut)) as Sent[]
}
