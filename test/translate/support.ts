import type { LogRecordLike, SpanLike } from '../../src/translate/otel.js'

export const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736'
export const SPAN_ID = '00f067aa0ba902b7'
/** 2026-11-23T10:00:00.123Z */
export const NOON: [number, number] = [1795428000, 123_456_789]

export function logRecord(given: Partial<LogRecordLike> = {}): LogRecordLike {
  return {
    hrTime: NOON,
    hrTimeObserved: NOON,
    resource: { attributes: {} },
    instrumentationScope: { name: '' },
    attributes: {},
    droppedAttributesCount: 0,
    ...given,
  }
}

export function span(given: Partial<SpanLike> = {}): SpanLike {
  return {
    name: 'GET /orders/:id',
    kind: 0,
    spanContext: () => ({ traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 1 }),
    startTime: NOON,
    endTime: [NOON[0], NOON[1] + 45_678_900],
    duration: [0, 45_678_900],
    ended: true,
    status: { code: 0 },
    attributes: {},
    events: [],
    resource: { attributes: {} },
    instrumentationScope: { name: '' },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
    ...given,
  }
}

/** Every value in a structure that holds no others, as text. */
export function leaves(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [String(value)]
  return Object.values(value).flatMap(leaves)
}

/** Every key and text in a structure. */
export function texts(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, item]) => [key, ...texts(item)])
}
