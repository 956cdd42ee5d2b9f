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

/** A span's parts as OTLP has them; what is absent is at its zero. */
export interface SpanParts {
  traceId: string
  spanId: string
  parentSpanId: string
  name: string
  /** 0 unspecified, 1 internal, 2 server ...: one more than in SDKs. */
  kind: number
  startTime: HrTime
  endTime: HrTime
  attributes: AttributesLike
  /** All its events. */
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

/** A span as SDKs have it. */
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
  throw new TypeError('Whoever reads a span says how it is read again.')
}

function isSet([seconds, nanos]: HrTime): boolean {
  return seconds !== 0 || nanos !== 0
}

/** Zero where there is none, or a clock went back. */
function between(start: HrTime, end: HrTime): HrTime {
  const seconds = end[0] - start[0]
  const nanos = end[1] - start[1]
  if (seconds < 0 || (seconds === 0 && nanos < 0)) return [0, 0]
  return nanos < 0 ? [seconds - 1, nanos + 1e9] : [seconds, nanos]
}
