import type {
  AttributesLike,
  HrTime,
  InstrumentationScopeLike,
  ResourceLike,
  SpanContextLike,
  SpanEventLike,
} from '../../translate/otel.js'
import { MOST_SPAN_EVENTS } from '../../translate/span.js'
import type { OtlpSpan } from './shapes.js'

/** The fields of a span in OTLP; an absent field has its zero value. */
export interface SpanParts {
  traceId: string
  spanId: string
  parentSpanId: string
  name: string
  /** 0 unspecified, 1 internal, 2 server and so on: one more than the SDKs' number. */
  kind: number
  startTime: HrTime
  endTime: HrTime
  attributes: AttributesLike
  /** Number of all events, including those that are not read. */
  eventCount: number
  eachEvent: () => Iterable<SpanEventLike>
  again: () => OtlpSpan
  status: { code: number; message: string }
  droppedAttributes: number
  droppedEvents: number
  droppedLinks: number
}

const NO_EVENTS: readonly SpanEventLike[] = []

export function noSpanParts(): SpanParts {
  return {
    traceId: '',
    spanId: '',
    parentSpanId: '',
    name: '',
    kind: 0,
    startTime: [0, 0],
    endTime: [0, 0],
    attributes: {},
    eventCount: 0,
    eachEvent: () => [],
    again: unread,
    status: { code: 0, message: '' },
    droppedAttributes: 0,
    droppedEvents: 0,
    droppedLinks: 0,
  }
}

/** Builds a span in the SDKs' shape. */
export function otlpSpan(
  parts: SpanParts,
  resource: ResourceLike,
  instrumentationScope: InstrumentationScopeLike,
  weight: number,
): OtlpSpan {
  const { traceId, spanId, parentSpanId, startTime, endTime } = parts
  const context: SpanContextLike = { traceId, spanId }
  return {
    name: parts.name,
    kind: Math.max(0, parts.kind - 1),
    spanContext: () => context,
    parentSpanContext: parentSpanId === '' ? undefined : { traceId, spanId: parentSpanId },
    startTime,
    endTime,
    duration: between(startTime, endTime),
    ended: isSet(endTime),
    status: parts.status,
    attributes: parts.attributes,
    events: NO_EVENTS,
    eventCount: parts.eventCount,
    eachEvent: parts.eachEvent,
    again: parts.again,
    resource,
    instrumentationScope,
    droppedAttributesCount: parts.droppedAttributes,
    droppedEventsCount: parts.droppedEvents + Math.max(0, parts.eventCount - MOST_SPAN_EVENTS),
    droppedLinksCount: parts.droppedLinks,
    weight,
  }
}

function unread(): OtlpSpan {
  throw new TypeError('A decoded span needs a function that reads it again.')
}

function isSet([seconds, nanos]: HrTime): boolean {
  return seconds !== 0 || nanos !== 0
}

/** The time between two times: zero when one of them is missing or the clock went back. */
function between(start: HrTime, end: HrTime): HrTime {
  const seconds = end[0] - start[0]
  const nanos = end[1] - start[1]
  if (seconds < 0 || (seconds === 0 && nanos < 0)) return [0, 0]
  return nanos < 0 ? [seconds - 1, nanos + 1e9] : [seconds, nanos]
}
