import { context, ROOT_CONTEXT, type Span, type Tracer, trace } from '@opentelemetry/api'
import type { Logger } from '@opentelemetry/api-logs'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { LognitorClient } from '../../src/client/client.js'
import { LognitorLogRecordProcessor } from '../../src/otel/log-record-processor.js'
import { LognitorSpanProcessor } from '../../src/otel/span-processor.js'
import { createRequestScope, runInScope } from '../../src/scope/current.js'
import { LOG_ID_KEY, type Log } from '../../src/wire/log.js'
import { logsThrough, spansThrough } from '../otel/support.js'
import { inMemory, onClock } from './support.js'

let client: LognitorClient
let logs: () => Promise<readonly Log[]>
let logger: Logger
let tracer: Tracer

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
})
afterAll(() => context.disable())

beforeEach(() => {
  ;({ client, logs } = inMemory({ sourceContext: false }))
  logger = logsThrough(new LognitorLogRecordProcessor({ client })).getLogger('app')
  tracer = spansThrough(new LognitorSpanProcessor({ client })).getTracer('app')
  return () => client.shutdown()
})

const messages = async () => (await logs()).map(({ message }) => message)

/** Runs the function within a span of a trace of its own, or of the parent's. */
function inSpan<T>(work: (span: Span) => T, parent?: Span): T {
  const span = tracer.startSpan('work', {}, parent ? trace.setSpan(ROOT_CONTEXT, parent) : ROOT_CONTEXT)
  return context.with(trace.setSpan(ROOT_CONTEXT, span), () => {
    try {
      return work(span)
    } finally {
      span.end()
    }
  })
}

const record = (error: Error, body: string, severityNumber = 17) =>
  logger.emit({ body, severityNumber, exception: error })

test('a failure reported by all sources, twice, is one log, and every call returns its id', async () => {
  const error = new TypeError('declined')
  const ids = inSpan((outer) => {
    const first = client.captureException(error, { tags: ['by hand'] })
    inSpan((inner) => inner.recordException(error), outer)
    outer.recordException(error)
    record(error, 'Payment failed')
    return [first, client.captureException(error), client.error('Payment failed', { error })]
  })
  const all = await logs()
  expect(all).toHaveLength(1)
  expect(all[0]).toMatchObject({ message: 'declined', tags: ['by hand'] })
  expect(new Set(ids)).toEqual(new Set([all[0]?.metadata?.[LOG_ID_KEY]]))
  expect(client.stats().dropped).toEqual({ same_failure: 5 })
})

test('the same texts in the same trace are one failure, though the objects differ', async () => {
  const error = new TypeError('declined')
  const copy = Object.assign(new TypeError('declined'), { stack: String(error.stack) })
  inSpan(() => {
    client.captureException(error)
    client.captureException(copy)
    record(copy, 'declined')
  })
  expect(await messages()).toEqual(['declined'])
})

test('another text, stack or trace is another failure', async () => {
  const make = (message: string, line: number) =>
    Object.assign(new Error(message), { stack: `Error: ${message}\n    at pay (/app/pay.js:${line}:3)` })
  inSpan(() => {
    client.captureException(make('one', 1))
    client.captureException(make('two', 1))
    client.captureException(make('one', 2))
  })
  inSpan(() => client.fatal('one', { error: make('one', 1) }))
  expect(await messages()).toHaveLength(4)
})

test('without a trace only the same object is the same failure', async () => {
  const { client, logs } = inMemory({ sourceContext: false })
  const [error, copy] = [new Error('one'), new Error('one')]
  client.captureException(error)
  client.captureException(error)
  client.fatal('copy', { error: copy })
  expect((await logs()).map(({ message }) => message)).toEqual(['one', 'copy'])
})

test('what was captured by hand wins over the events of the spans around it', async () => {
  const error = new Error('deep')
  const scope = createRequestScope({ requestId: 'r', requestIdIsOurs: true, request: {} })
  runInScope(scope, () =>
    inSpan((span) => {
      span.recordException(error)
      client.captureException(error, { metadata: { order: 7 } })
    }),
  )
  scope.answer(500, 1)
  expect(await logs()).toMatchObject([{ message: 'deep', metadata: { order: 7 } }])
})

test('an error captured by hand in the outermost catch of a job wins over the spans too', async () => {
  const error = new Error('nightly')
  const job = async () =>
    inSpan((span) => {
      span.recordException(error)
      throw error
    })
  await job().catch((caught) => client.captureException(caught, { metadata: { job: 'nightly' } }))
  expect(await logs()).toMatchObject([{ message: 'nightly', metadata: { job: 'nightly' } }])
  expect(client.stats().dropped).toEqual({ same_failure: 1 })
})

test('a failure that only spans recorded is written', async () => {
  const rig = await onClock()
  try {
    const processor = new LognitorSpanProcessor({ client: rig.client })
    const span = spansThrough(processor).getTracer('app').startSpan('work')
    span.recordException(new Error('seen by the span'))
    span.end()
    expect(rig.client.stats().written).toBe(0)
    rig.clock.advance(100)
    expect(rig.client.stats().queued).toBe(1)
  } finally {
    await rig.close()
  }
})

test('a warning about an error does not replace the failure, before or after it', async () => {
  const error = new Error('no answer')
  inSpan(() => {
    client.warn('Trying again', { error })
    record(error, 'Trying once more', 13)
    client.error('Gave up', { error })
    client.warn('Using the cache', { error })
    client.captureException(error)
  })
  expect(await messages()).toEqual(['Trying again', 'Trying once more', 'Gave up', 'Using the cache'])
})

test('two log lines about one error are two logs and one failure', async () => {
  const error = new Error('disk full')
  inSpan(() => {
    record(error, 'Could not save')
    record(error, 'Giving up')
    record(error, 'Giving up')
  })
  const all = await logs()
  expect(
    all.map(({ message, error, fingerprint }) => [message, error?.message, fingerprint !== undefined]),
  ).toEqual([
    ['Could not save', 'disk full', true],
    ['Giving up', undefined, false],
    ['Giving up', undefined, false],
  ])
})

test('two log lines of the client about one error are two logs and one failure', async () => {
  const error = new Error('disk full')
  client.error('Could not save', { error })
  client.error('Giving up', { error, metadata: { tries: 3 } })
  expect(await logs()).toMatchObject([
    { message: 'Could not save', error: { message: 'disk full' } },
    { message: 'Giving up', metadata: { tries: 3 } },
  ])
  expect((await logs())[1]).not.toHaveProperty('error')
})

test('an error object that is created once and thrown again later is another failure', async () => {
  const rig = await onClock({ sourceContext: false, breadcrumbs: { logs: false } })
  try {
    const constant = new Error('made once')
    rig.client.captureException(constant)
    rig.clock.advance(59_000)
    rig.client.captureException(constant)
    rig.clock.advance(2_000)
    rig.client.captureException(constant)
    await rig.client.flush()
    const sent = rig.vendor.batches.flatMap(({ json }) => json.logs)
    expect(sent).toHaveLength(2)
    expect(rig.client.stats().dropped).toEqual({ same_failure: 1 })
  } finally {
    await rig.close()
  }
})

test('a failure whose log was dropped is written by the next source that reports it', async () => {
  const error = new Error('once more')
  client.captureException(error, { beforeSend: () => null })
  client.captureException(error)
  expect(await messages()).toEqual(['once more'])
  expect(client.stats().dropped).toEqual({ before_send: 1 })
})

test('one error object thrown for each of many requests is as many failures, and the counts add up', async () => {
  const { client, transport } = inMemory({ sourceContext: false })
  const tracer = spansThrough(new LognitorSpanProcessor({ client })).getTracer('app')
  const constant = new Error('overloaded')
  for (let n = 0; n < 500; n++) {
    const scope = createRequestScope({ requestId: `r${n}`, requestIdIsOurs: true, request: {} })
    runInScope(scope, () => {
      const span = tracer.startSpan('GET', {}, ROOT_CONTEXT)
      context.with(trace.setSpan(ROOT_CONTEXT, span), () => client.captureException(constant))
      span.recordException(constant)
      span.end()
    })
    scope.answer(503, 1)
  }
  await client.shutdown()
  const sum = transport.logs.reduce((count, { metadata }) => count + Number(metadata?.dedupCount ?? 1), 0)
  expect(sum).toBe(500)
  expect(client.stats().dropped).toEqual({ duplicate: 499, same_failure: 500 })
})

test('requests of one trace that fail with one error object at the same time are one failure each', () => {
  const constant = new Error('overloaded')
  const scopes = ['one', 'two'].map((requestId) =>
    createRequestScope({ requestId, requestIdIsOurs: true, request: {} }),
  )
  inSpan(() => {
    for (const scope of [...scopes, ...scopes]) runInScope(scope, () => client.captureException(constant))
  })
  expect(client.stats().dropped).toEqual({ duplicate: 1, same_failure: 2 })
})

test('an error captured outside of all requests is the same failure in the next request only', () => {
  const constant = new Error('no database')
  client.captureException(constant)
  for (const requestId of ['one', 'two', 'two']) {
    const scope = createRequestScope({ requestId, requestIdIsOurs: true, request: {} })
    runInScope(scope, () => client.captureException(constant))
  }
  expect(client.stats().dropped).toEqual({ duplicate: 1, same_failure: 2 })
})
