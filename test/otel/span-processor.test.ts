import { ROOT_CONTEXT, type Span, SpanKind, trace } from '@opentelemetry/api'
import { type DetectedResourceAttributes, resourceFromAttributes } from '@opentelemetry/resources'
import { AlwaysOffSampler } from '@opentelemetry/sdk-trace-base'
import { expect, test } from 'vitest'
import { recordUnsampled } from '../../src/otel/record-unsampled.js'
import { LognitorSpanProcessor } from '../../src/otel/span-processor.js'
import { createRequestScope, runInScope } from '../../src/scope/current.js'
import { MemoryTransport } from '../../src/testing/memory-transport.js'
import { openClient, spansThrough } from './support.js'

function setUp(framework = 'app') {
  const { client, transport } = openClient({ sourceContext: false })
  const provider = spansThrough(new LognitorSpanProcessor({ client }))
  const tracer = provider.getTracer(framework)
  return { client, transport, tracer }
}

const requestScope = () =>
  createRequestScope({
    requestId: 'req-1',
    requestIdIsOurs: true,
    request: { method: 'GET', path: '/orders/7' },
  })

test("an exception of a span is an error log with the span's trace", async () => {
  const { client, transport, tracer } = setUp()
  const span = tracer.startSpan('pay', { attributes: { order: 7 } })
  span.recordException(new TypeError('declined'))
  span.end()
  await client.flush()
  const { traceId, spanId } = span.spanContext()
  expect(transport.logs).toHaveLength(1)
  expect(transport.logs[0]).toMatchObject({
    level: 'error',
    message: 'declined',
    error: { type: 'TypeError', message: 'declined' },
    trace: { trace_id: traceId, span_id: spanId },
    metadata: { order: 7, 'span.name': 'pay' },
    service: 'shop',
  })
})

test('a span with an event list of four thousand million holes and one event ends at once', async () => {
  const { client, transport, tracer } = setUp()
  const span = tracer.startSpan('pay')
  const events = new Array(4_000_000_000)
  events[1] = { name: 'exception', time: [1, 0], attributes: { 'exception.message': 'declined' } }
  Object.assign(span, { events }).end()
  await client.flush()
  expect(transport.logs.map(({ message }) => message)).toEqual(['declined'])
})

test('events beyond the limit are counted', async () => {
  const { client, transport, tracer } = setUp()
  const span = tracer.startSpan('pay')
  const events = Array.from({ length: 10_020 }, () => ({ name: 'other', time: [1, 0] }))
  const exception = { name: 'exception', time: [1, 0], attributes: { 'exception.message': 'declined' } }
  events[9_999] = exception
  events[10_000] = exception
  Object.assign(span, { events }).end()
  await client.flush()
  expect(transport.logs).toMatchObject([
    { message: 'declined', metadata: { 'otel.dropped_events_count': 20 } },
  ])
})

test('the client learns the resource of the first span, before anything fails', async () => {
  const { client, transport, tracer } = setUp()
  const span = tracer.startSpan('GET')
  client.info('in the first request')
  span.end()
  await client.flush()
  expect(transport.logs[0]).toMatchObject({ message: 'in the first request', service: 'shop' })
})

test.each<[string, DetectedResourceAttributes, string | undefined]>([
  ['known', { 'service.name': 'shop', 'host.id': late('id') }, 'shop'],
  ['still being detected', { 'service.name': late('shop') }, undefined],
])('while the host is still being detected, the service is: %s', async (_, attributes, service) => {
  const { client, transport } = openClient()
  const processor = new LognitorSpanProcessor({ client })
  const provider = spansThrough(processor, undefined, resourceFromAttributes(attributes))
  const span = provider.getTracer('app').startSpan('GET')
  client.info('in the first request')
  span.end()
  await client.flush()
  expect(transport.logs.map((log) => log.service)).toEqual([service])
})

function late(value: string): Promise<string> {
  return new Promise((resolve) => setTimeout(resolve, 5, value))
}

test('a span that begins before init creates no client', () => {
  const warnings: unknown[] = []
  const listener = (warning: Error) => warnings.push(warning)
  process.on('warning', listener)
  const tracer = spansThrough(new LognitorSpanProcessor()).getTracer('app')
  tracer.startSpan('at import').end()
  process.off('warning', listener)
  expect(warnings).toEqual([])
})

test('one error that passes several spans is one log', async () => {
  const { client, transport, tracer } = setUp('@opentelemetry/instrumentation-koa')
  const error = new Error('deep')
  const root = trace.setSpan(ROOT_CONTEXT, tracer.startSpan('GET'))
  for (const name of ['middleware 1', 'middleware 2', 'middleware 3']) {
    const span = tracer.startSpan(name, {}, root)
    span.recordException(error)
    span.end()
  }
  await client.flush()
  expect(transport.logs).toHaveLength(1)
  expect(client.stats().dropped).toEqual({ same_failure: 2 })
})

function failInRequest(
  tracer: ReturnType<typeof setUp>['tracer'],
  status: number,
  during: (span: Span) => void = () => {},
) {
  const scope = requestScope()
  runInScope(scope, () => {
    const span = tracer.startSpan('handler')
    span.recordException(new Error('not found'))
    during(span)
    span.end()
  })
  scope.answer(status, 12)
}

test('an exception that a framework recorded is not an error when the request was answered below 500', async () => {
  const { client, transport, tracer } = setUp('@opentelemetry/instrumentation-koa')
  failInRequest(tracer, 404)
  await client.flush()
  expect(transport.logs).toHaveLength(0)
  expect(client.stats().dropped).toEqual({ handled_exception: 1 })
})

test('an exception that a framework recorded is an error when the request failed', async () => {
  const { client, transport, tracer } = setUp('@fastify/otel')
  failInRequest(tracer, 500)
  await client.flush()
  expect(transport.logs[0]).toMatchObject({
    request_id: 'req-1',
    request: { method: 'GET', path: '/orders/7', status_code: 500, duration_ms: 12 },
  })
})

test('an exception that the application recorded is an error whatever the answer', async () => {
  const { client, transport, tracer } = setUp('my-app')
  failInRequest(tracer, 200)
  await client.flush()
  expect(transport.logs).toHaveLength(1)
})

test('data attached by hand wins over the span', async () => {
  const { client, transport, tracer } = setUp('@opentelemetry/instrumentation-express')
  const scope = requestScope()
  const error = new Error('declined')
  runInScope(scope, () => {
    const span = tracer.startSpan('handler')
    span.recordException(error)
    span.end()
    client.captureException(error, { tags: ['by hand'] })
  })
  scope.answer(500, 1)
  await client.flush()
  expect(transport.logs.map(({ tags }) => tags)).toEqual([['by hand']])
})

test('a failure still held when the client ends is delivered', async () => {
  const { client, transport, tracer } = setUp('@opentelemetry/instrumentation-express')
  runInScope(requestScope(), () => {
    const span = tracer.startSpan('handler')
    span.recordException(new Error('crashing'))
    span.end()
  })
  await client.shutdown()
  expect(transport.logs.map(({ message }) => message)).toEqual(['crashing'])
})

test('a failure that waits for its resource when the last entry point ends is delivered', async () => {
  const transport = new MemoryTransport()
  const processor = new LognitorSpanProcessor({ transport })
  const resource = resourceFromAttributes({ 'service.name': 'shop', 'host.id': late('id') })
  const span = spansThrough(processor, undefined, resource).getTracer('app').startSpan('job')
  span.recordException(new Error('at the end'))
  span.end()
  await processor.shutdown()
  expect(transport.logs.map(({ message }) => message)).toEqual(['at the end'])
})

test('without our HTTP instrumentation, the server span gives the status of the answer', async () => {
  const { client, transport, tracer } = setUp('@opentelemetry/instrumentation-koa')
  for (const [status, message] of [
    [404, 'handled'],
    [500, 'failed'],
  ] as const) {
    const server = tracer.startSpan('GET', { kind: SpanKind.SERVER, root: true })
    const inner = tracer.startSpan(
      'handler',
      {},
      trace.setSpan((await import('@opentelemetry/api')).ROOT_CONTEXT, server),
    )
    inner.recordException(new Error(message))
    inner.end()
    server.setAttribute('http.response.status_code', status)
    server.end()
  }
  await client.flush()
  expect(transport.logs.map(({ message }) => message)).toEqual(['failed'])
})

test('outgoing calls become breadcrumbs of the next error', async () => {
  const { client, transport, tracer } = setUp()
  const scope = requestScope()
  runInScope(scope, () => {
    const span = tracer.startSpan('GET', {
      kind: SpanKind.CLIENT,
      attributes: {
        'http.request.method': 'GET',
        'url.full': 'http://stock/7?token=abc',
        'http.response.status_code': 200,
      },
    })
    span.end()
    client.error('out of stock')
  })
  await client.flush()
  expect(transport.logs[0]?.breadcrumbs).toMatchObject([
    {
      category: 'http',
      message: expect.stringContaining('GET http://stock/7'),
      data: { url: 'http://stock/7?token=[SCRUBBED]' },
    },
  ])
})

test('with a wrapped sampler, exceptions of dropped spans are logs, and these spans are not exported', async () => {
  const { client, transport } = openClient()
  const provider = spansThrough(
    new LognitorSpanProcessor({ client }),
    recordUnsampled(new AlwaysOffSampler()),
  )
  const span = provider.getTracer('app').startSpan('pay')
  expect(span.isRecording()).toBe(true)
  expect(span.spanContext().traceFlags).toBe(0)
  span.recordException(new Error('unsampled'))
  span.end()
  await client.flush()
  expect(transport.logs.map(({ message }) => message)).toEqual(['unsampled'])
})

test('recordException still works as before', () => {
  const { tracer } = setUp()
  const span = tracer.startSpan('pay') as Span & { events: { name: string; attributes: object }[] }
  span.recordException(new Error('seen'))
  expect(span.events).toMatchObject([{ name: 'exception', attributes: { 'exception.message': 'seen' } }])
})

test('an error that a span recorded and an outer catch captures is one log, with the span’s trace', async () => {
  const { client, transport, tracer } = setUp()
  const span = tracer.startSpan('job')
  const error = new Error('broken')
  span.recordException(error)
  span.end()
  client.captureException(error, { tags: ['by hand'] })
  await client.flush()
  const { traceId, spanId } = span.spanContext()
  expect(transport.logs).toHaveLength(1)
  expect(transport.logs[0]).toMatchObject({
    tags: ['by hand'],
    trace: { trace_id: traceId, span_id: spanId },
  })
})

test('after shutdown it takes no more exceptions, and counts them', async () => {
  const { client, transport } = openClient()
  const processor = new LognitorSpanProcessor({ client })
  const tracer = spansThrough(processor).getTracer('app')
  await processor.shutdown()
  const span = tracer.startSpan('late')
  span.recordException(new Error('late'))
  span.end()
  await client.flush()
  expect(transport.logs).toEqual([])
  expect(client.stats().dropped).toEqual({ closed: 1 })
})
