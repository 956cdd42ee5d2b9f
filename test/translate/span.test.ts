import { describe, expect, it } from 'vitest'
import type { SpanEventLike, SpanLike } from '../../src/translate/otel.js'
import { isExceptionEvent, translateExceptionEvent } from '../../src/translate/span.js'
import { NOON, SPAN_ID, span, TRACE_ID } from './support.js'

const STACK = 'TypeError: boom\n    at pay (/app/pay.js:12:7)'

function event(attributes: Record<string, unknown>, given: Partial<SpanEventLike> = {}): SpanEventLike {
  return { name: 'exception', time: [NOON[0], 200_000_000], attributes, ...given }
}

const BOOM = event({
  'exception.type': 'TypeError',
  'exception.message': 'boom',
  'exception.stacktrace': STACK,
})

const translate = (given: Partial<SpanLike>, of = BOOM) =>
  translateExceptionEvent(span(given), of, {}, () => 0)

describe('an exception recorded on a span', () => {
  it('is an error log with the span’s trace, name, scope and duration, at the time of the event', () => {
    const log = translateExceptionEvent(
      span({ instrumentationScope: { name: '@opentelemetry/instrumentation-express' } }),
      BOOM,
      { service: 'shop', metadata: { 'k8s.pod.name': 'p' } },
    )
    expect(log).toStrictEqual({
      level: 'error',
      message: 'boom',
      timestamp: '2026-11-23T10:00:00.200Z',
      service: 'shop',
      metadata: {
        'k8s.pod.name': 'p',
        'span.name': 'GET /orders/:id',
        'otel.scope.name': '@opentelemetry/instrumentation-express',
      },
      error: { type: 'TypeError', message: 'boom', stack: STACK, filename: '/app/pay.js', line_number: 12 },
      perf: { duration_ms: 45.679 },
      trace: { trace_id: TRACE_ID, span_id: SPAN_ID },
    })
  })

  it('knows no duration before the span has ended', () => {
    expect(translate({ ended: false, duration: [-1, 0] })).not.toHaveProperty('perf')
  })

  it('has the attributes of span and event by the table of log records', () => {
    const attributes = {
      'http.request.method': 'GET',
      'url.path': '/orders/1',
      'http.response.status_code': 500,
      'user.id': 'u',
      'http.route': '/orders/:id',
      'order.id': 'of the span',
      'lognitor.perf.rows': 3,
    }
    const log = translate({ kind: 1, attributes }, event({ ...BOOM.attributes, 'order.id': 'of the event' }))
    expect(log).toMatchObject({
      request: { method: 'GET', url: '/orders/1', path: '/orders/1', status_code: 500 },
      user: { id: 'u' },
      perf: { duration_ms: 45.679, rows: 3 },
      metadata: { 'http.route': '/orders/:id', 'order.id': 'of the event', 'span.order.id': 'of the span' },
    })
  })

  it('leaves the HTTP attributes of a call to somewhere else in metadata: they are not the request answered', () => {
    const attributes = { 'http.request.method': 'GET', 'url.full': 'https://a.example/', 'user.id': 'u' }
    const log = translate({ kind: 2, attributes })
    expect(log).not.toHaveProperty('request')
    expect(log).toMatchObject({
      user: { id: 'u' },
      metadata: { 'http.request.method': 'GET', 'url.full': 'https://a.example/' },
    })
  })

  it('is an error whatever little it tells', () => {
    expect(translate({}, event({}))).toMatchObject({
      message: 'Unknown error',
      error: { type: 'Error', message: 'Unknown error' },
    })
    expect(translate({}, event({ 'exception.message': 'a text' }))).toMatchObject({
      message: 'a text',
      error: { type: 'Error', message: 'a text' },
    })
    expect(translate({}, { name: 'exception', time: [0, 0] }).timestamp).toBe('2026-11-23T10:00:00.123Z')
  })

  it('takes the class from the stack where the SDK wrote the code', () => {
    const log = translate({}, event({ ...BOOM.attributes, 'exception.type': 'E_PAY' }))
    expect(log).toMatchObject({ error: { type: 'TypeError' }, metadata: { 'error.code': 'E_PAY' } })
  })

  it('counts what the SDK dropped', () => {
    const log = translate(
      { droppedAttributesCount: 1, droppedEventsCount: 2, droppedLinksCount: 3 },
      event({}, { droppedAttributesCount: 4 }),
    )
    expect(log.metadata).toMatchObject({
      'otel.dropped_attributes_count': 5,
      'otel.dropped_events_count': 2,
      'otel.dropped_links_count': 3,
    })
  })

  it('survives attributes that throw', () => {
    const attributes = {
      order: 'o1',
      get trap(): string {
        throw new Error('no')
      },
    }
    expect(translate({ attributes }).metadata).toMatchObject({ order: 'o1', trap: '[Throws: no]' })
  })

  it('is known by the event’s name', () => {
    expect(isExceptionEvent(BOOM)).toBe(true)
    expect(isExceptionEvent(event({}, { name: 'retry' }))).toBe(false)
  })
})
