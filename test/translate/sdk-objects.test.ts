import { createRequire } from 'node:module'
import { ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { LoggerProvider, type ReadableLogRecord } from '@opentelemetry/sdk-logs'
import { BasicTracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace-base'
import { describe, expect, it } from 'vitest'
import { translateLogRecord } from '../../src/translate/log-record.js'
import type { LogRecordLike, SpanLike } from '../../src/translate/otel.js'
import { translateResource } from '../../src/translate/resource.js'
import { isExceptionEvent, translateExceptionEvent } from '../../src/translate/span.js'
import { SPAN_ID, TRACE_ID } from './support.js'

// The SDK's own types fit ours; that this file compiles is the test.
const asLogRecord = (record: ReadableLogRecord): LogRecordLike => record
const asSpan = (span: ReadableSpan): SpanLike => span

const ATTRIBUTES = { 'service.name': 'shop', 'host.name': 'h1', 'k8s.pod.name': 'p1' }

/** What both lines of the SDK have, as far as it is needed here. */
interface Line {
  LoggerProvider: typeof LoggerProvider
  TracerProvider: typeof BasicTracerProvider
  resourceFromAttributes: typeof resourceFromAttributes
}

const newer = createRequire(new URL('../dependencies/otel-3/package.json', import.meta.url))

const LINES: [string, () => Line][] = [
  ['2.x', () => ({ LoggerProvider, TracerProvider: BasicTracerProvider, resourceFromAttributes })],
  [
    '3.x',
    () => ({
      LoggerProvider: newer('@opentelemetry/sdk-logs').LoggerProvider,
      TracerProvider: newer('@opentelemetry/sdk-trace').TracerProvider,
      resourceFromAttributes: newer('@opentelemetry/resources').resourceFromAttributes,
    }),
  ],
]

class Failure extends Error {
  readonly code = 'E_FAILURE'
}

function recordsOf(
  line: Line,
  emit: (logger: ReturnType<LoggerProvider['getLogger']>) => void,
): LogRecordLike[] {
  const records: LogRecordLike[] = []
  const processor = {
    onEmit: (record: ReadableLogRecord) => void records.push(asLogRecord(record)),
    forceFlush: async () => {},
    shutdown: async () => {},
  }
  const resource = line.resourceFromAttributes(ATTRIBUTES)
  emit(new line.LoggerProvider({ resource, processors: [processor] }).getLogger('pay', '1.0'))
  return records
}

function spansOf(
  line: Line,
  run: (tracer: ReturnType<BasicTracerProvider['getTracer']>) => void,
): SpanLike[] {
  const spans: SpanLike[] = []
  const processor = {
    onStart: () => {},
    onEnd: (span: ReadableSpan) => void spans.push(asSpan(span)),
    forceFlush: async () => {},
    shutdown: async () => {},
  }
  const resource = line.resourceFromAttributes(ATTRIBUTES)
  run(new line.TracerProvider({ resource, spanProcessors: [processor] }).getTracer('pay'))
  return spans
}

describe.each(LINES)('objects of the SDK %s', (_, load) => {
  it('become a log when they are log records', () => {
    const context = trace.setSpanContext(ROOT_CONTEXT, { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 1 })
    const [record] = recordsOf(load(), (logger) => {
      logger.emit({
        timestamp: new Date('2026-11-23T10:00:00.123Z'),
        severityNumber: 13,
        severityText: 'WARN',
        eventName: 'order.slow',
        body: 'slow',
        context,
        attributes: { 'order.id': 'o1', 'user.id': 'u1', nested: { a: [1, new Uint8Array([104, 105])] } },
      })
    })
    const resource = translateResource((record as LogRecordLike).resource.attributes)
    expect(translateLogRecord(record as LogRecordLike, resource)).toStrictEqual({
      level: 'warn',
      message: 'slow',
      timestamp: '2026-11-23T10:00:00.123Z',
      service: 'shop',
      hostname: 'h1',
      user: { id: 'u1' },
      user_id: 'u1',
      action: 'order.slow',
      metadata: {
        'k8s.pod.name': 'p1',
        'order.id': 'o1',
        nested: { a: [1, 'aGk='] },
        'otel.scope.name': 'pay',
      },
      trace: { trace_id: TRACE_ID, span_id: SPAN_ID },
    })
  })

  it('become an error with class and code when an exception was logged', () => {
    const exception = new Failure('boom')
    const [record] = recordsOf(load(), (logger) => logger.emit({ body: 'failed', exception }))
    expect(translateLogRecord(record as LogRecordLike, {})).toMatchObject({
      level: 'error',
      message: 'failed',
      error: { type: 'Error', message: 'boom', stack: exception.stack },
      metadata: { 'error.code': 'E_FAILURE' },
    })
  })

  it('survive bodies that nobody validated', () => {
    const cycle: Record<string, unknown> = {}
    cycle.self = cycle
    const bodies = [new Error('boom'), cycle, 10n ** 20n, new Map([['a', 1]]), Symbol('s'), undefined]
    const records = recordsOf(load(), (logger) => {
      for (const body of bodies) logger.emit({ body: body as unknown as string })
    })
    expect(records.map((record) => translateLogRecord(record, {}).message)).toEqual([
      'boom',
      '{"self":"[Circular]"}',
      '100000000000000000000',
      '{"a":1}',
      'Symbol(s)',
      '(no message)',
    ])
  })

  it('become an error log when an exception was recorded on a span', () => {
    const exception = new Failure('boom')
    const [span] = spansOf(load(), (tracer) => {
      const started = tracer.startSpan('pay', { attributes: { 'order.id': 'o1' } })
      started.addEvent('retry')
      started.recordException(exception)
      started.end()
    })
    const { events, spanContext } = span as SpanLike
    const [event] = events.filter(isExceptionEvent)
    const log = translateExceptionEvent(span as SpanLike, event as (typeof events)[number], {
      service: 'shop',
    })
    expect(log).toMatchObject({
      level: 'error',
      message: 'boom',
      service: 'shop',
      error: { type: 'Error', message: 'boom', stack: exception.stack },
      metadata: { 'error.code': 'E_FAILURE', 'order.id': 'o1', 'span.name': 'pay', 'otel.scope.name': 'pay' },
      trace: { trace_id: spanContext.call(span).traceId },
    })
    expect(log.perf?.duration_ms).toBeGreaterThanOrEqual(0)
  })
})
