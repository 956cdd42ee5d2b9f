import { ROOT_CONTEXT, type Span, SpanKind, trace } from '@opentelemetry/api'
import { afterEach, expect, test } from 'vitest'
import { LognitorSpanProcessor } from '../../src/otel/span-processor.js'
import { createRequestScope, runInScope } from '../../src/scope/current.js'
import { type OnClock, onClock } from '../client/support.js'
import { until } from '../support/until.js'
import { openClient, spansThrough } from './support.js'

const EXPRESS = '@opentelemetry/instrumentation-express'

let rig: OnClock | undefined

afterEach(async () => {
  await rig?.close()
  rig = undefined
})

function setUp(framework = EXPRESS) {
  const { client, transport } = openClient({ sourceContext: false })
  const provider = spansThrough(new LognitorSpanProcessor({ client }))
  const messages = async () => {
    await client.flush()
    return transport.logs.map(({ message }) => message)
  }
  return { client, transport, tracer: provider.getTracer(framework), messages }
}

async function setUpOnClock(framework = 'app') {
  rig = await onClock({ sourceContext: false })
  const provider = spansThrough(new LognitorSpanProcessor({ client: rig.client }))
  return { ...rig, tracer: provider.getTracer(framework) }
}

const requestScope = () => createRequestScope({ requestId: 'r', requestIdIsOurs: true, request: {} })
const within = (span: Span) => trace.setSpan(ROOT_CONTEXT, span)

/** Records an exception and ends the span at once, as frameworks do. */
function failIn(tracer: ReturnType<typeof setUp>['tracer'], parent: Span, error: Error): void {
  const span = tracer.startSpan('handler', {}, within(parent))
  span.recordException(error)
  span.end()
}

function answer(server: Span, status: number): void {
  server.setAttribute('http.response.status_code', status)
  server.end()
}

/** A request whose caller sent the trace. */
function serve(tracer: ReturnType<typeof setUp>['tracer'], name = 'GET'): Span {
  const caller = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1, isRemote: true }
  return tracer.startSpan(name, { kind: SpanKind.SERVER }, trace.setSpanContext(ROOT_CONTEXT, caller))
}

test('parallel requests of one trace each decide for themselves', async () => {
  const { client, tracer, messages } = setUp()
  const [good, bad] = [serve(tracer), serve(tracer)]
  failIn(tracer, bad, new Error('database gone'))
  failIn(tracer, good, new Error('not found'))
  answer(good, 404)
  answer(bad, 500)
  expect(await messages()).toEqual(['database gone'])
  expect(client.stats().dropped).toEqual({ handled_exception: 1 })
})

test.each(['404', 404])(
  'the answer of a request counts when its span holds the status as %j',
  async (status) => {
    const { client, tracer, messages } = setUp()
    const server = serve(tracer)
    failIn(tracer, server, new Error('not found'))
    server.setAttribute('http.response.status_code', status)
    server.end()
    expect(await messages()).toEqual([])
    expect(client.stats().dropped).toEqual({ handled_exception: 1 })
  },
)

test('a server span below another one takes the answer of the outer one', async () => {
  const { tracer, messages } = setUp()
  const outer = serve(tracer)
  const inner = tracer.startSpan('page', { kind: SpanKind.SERVER }, within(outer))
  failIn(tracer, inner, new Error('handled'))
  inner.end()
  answer(outer, 404)
  expect(await messages()).toEqual([])
})

test('requests whose spans never end keep nothing but their failures, and these are bounded', async () => {
  const { client, tracer } = setUp()
  for (let n = 0; n < 1100; n++) failIn(tracer, serve(tracer), new Error(`failure ${n}`))
  expect(client.stats().written).toBe(100)
  const late = serve(tracer)
  failIn(tracer, late, new Error('not found'))
  answer(late, 404)
  expect(client.stats().dropped).toMatchObject({ handled_exception: 1 })
})

test.each([EXPRESS, '@opentelemetry/instrumentation-http'])(
  'an exception that the application recorded on a span of %s is an error whatever the answer',
  async (framework) => {
    const { tracer, messages } = setUp(framework)
    const scope = requestScope()
    await runInScope(scope, async () => {
      const span = tracer.startSpan('handler')
      span.recordException(new Error('recorded by hand'))
      await Promise.resolve()
      span.end()
    })
    scope.answer(200, 1)
    expect(await messages()).toEqual(['recorded by hand'])
  },
)

test.each(['@opentelemetry/instrumentation-graphql', '@opentelemetry/instrumentation-pg'])(
  'an exception that %s recorded is an error although the request was answered 200',
  async (library) => {
    const { tracer, messages } = setUp(library)
    const scope = requestScope()
    runInScope(scope, () => failIn(tracer, tracer.startSpan('parent'), new Error('resolver failed')))
    scope.answer(200, 1)
    expect(await messages()).toEqual(['resolver failed'])
  },
)

test('an exception recorded by the application does not wait for the end of a stream or of its span', async () => {
  const { clock, client, tracer, vendor } = await setUpOnClock()
  const scope = requestScope()
  runInScope(scope, () => {
    const stream = tracer.startSpan('GET /events', { kind: SpanKind.SERVER })
    stream.recordException(new Error('on the stream itself'))
    const inner = tracer.startSpan('poll', {}, within(stream))
    inner.recordException(new Error('below it'))
    inner.end()
  })
  clock.advance(1000)
  expect(client.stats().queued).toBe(2)
  await client.flush()
  expect(vendor.messages().sort()).toEqual(['below it', 'on the stream itself'])
})

test('an exception that was taken from an open span is not taken again when the span ends', async () => {
  const { clock, client, tracer } = await setUpOnClock()
  const span = tracer.startSpan('GET /events')
  span.recordException(new Error('early'))
  clock.advance(1000)
  span.recordException(new Error('late'))
  span.end()
  clock.advance(1000)
  expect(client.stats()).toMatchObject({ written: 2, queued: 2, dropped: {} })
})

test('exceptions beyond the number that a span keeps are logs too', async () => {
  const { client, tracer, transport } = setUp('app')
  const span = tracer.startSpan('job')
  for (let n = 0; n < 300; n++) span.recordException(new Error(`failure ${n}`))
  span.end()
  await client.shutdown()
  const [first, summary] = transport.logs
  expect([first?.message, summary?.metadata?.dedupCount]).toEqual(['failure 0', 299])
})

test('exceptions recorded on open spans are delivered when the client ends', async () => {
  const { client, tracer, messages } = setUp()
  const scope = requestScope()
  runInScope(scope, () => tracer.startSpan('handler').recordException(new Error('in the last moment')))
  await client.shutdown()
  expect(await messages()).toEqual(['in the last moment'])
})

test('a system clock that is set back does not turn a handled exception into an error', async () => {
  const { client, tracer, messages } = setUp()
  const scope = requestScope()
  const { now } = Date
  try {
    runInScope(scope, () => {
      const span = tracer.startSpan('handler')
      span.recordException(new Error('not found'))
      Date.now = () => now() - 3_600_000
      scope.answer(404, 1)
      span.end()
    })
  } finally {
    Date.now = now
  }
  expect(await messages()).toEqual([])
  expect(client.stats().dropped).toEqual({ handled_exception: 1 })
})

test('an exception after the answer is an error', async () => {
  const { tracer, messages } = setUp()
  const scope = requestScope()
  const server = serve(tracer)
  scope.answer(200, 1)
  answer(server, 200)
  const answeredAt = performance.now()
  await until(() => performance.now() > answeredAt + 1, 'a later moment')
  runInScope(scope, () => failIn(tracer, tracer.startSpan('parent'), new Error('after the answer')))
  failIn(tracer, server, new Error('after its span'))
  expect((await messages()).sort()).toEqual(['after its span', 'after the answer'])
})

test('an exception of a framework is an error once the head of the answer was sent', async () => {
  const { client, tracer, messages } = setUp()
  const scope = requestScope()
  let status: number | undefined
  scope.watchAnswer(() => status)
  runInScope(scope, () => {
    const answered = new Error('answered by an error handler, which passes it on')
    failIn(tracer, tracer.startSpan('parent'), answered)
    status = 404
    failIn(tracer, tracer.startSpan('parent'), answered)
    failIn(tracer, tracer.startSpan('parent'), new Error('after the head'))
  })
  scope.answer(404, 1)
  expect(await messages()).toEqual(['after the head'])
  expect(client.stats().dropped).toEqual({ handled_exception: 2 })
})

test('an exception that is recorded on a span that has ended is a log with its error', async () => {
  const { transport, client, tracer } = setUp()
  const span = tracer.startSpan('handler')
  span.end()
  span.recordException(new RangeError('after the end'))
  await client.flush()
  expect(transport.logs).toMatchObject([
    {
      message: 'after the end',
      error: { type: 'RangeError', stack: expect.stringContaining('RangeError: after the end\n') },
      trace: { trace_id: span.spanContext().traceId },
    },
  ])
})

test('a span with an explicit earlier start does not turn its handled exceptions into errors', async () => {
  const { client, tracer, messages } = setUp()
  const scope = requestScope()
  runInScope(scope, () => {
    const span = tracer.startSpan('handler', { startTime: Date.now() - 60_000 })
    span.recordException(new Error('not found'))
    scope.answer(404, 1)
    span.end()
  })
  expect(await messages()).toEqual([])
  expect(client.stats().dropped).toEqual({ handled_exception: 1 })
})

test('an error captured by hand soon after wins over a span that ended within its request', async () => {
  const { clock, client, tracer, vendor } = await setUpOnClock()
  const error = new Error('declined')
  runInScope(requestScope(), () => {
    const span = tracer.startSpan('pay')
    span.recordException(error)
    span.end()
    clock.advance(150)
    client.captureException(error, { tags: ['by hand'] })
  })
  clock.advance(1000)
  await client.flush()
  expect(vendor.batches.flatMap(({ json }) => json.logs)).toMatchObject([{ tags: ['by hand'] }])
  expect(client.stats()).toMatchObject({ accepted: 1, dropped: { same_failure: 1 } })
})
