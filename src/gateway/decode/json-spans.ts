import type { SpanEventLike } from '../../translate/otel.js'
import { isExceptionEvent } from '../../translate/span.js'
import { hexId, integer, type JsonObject, list, object, text, time } from './json-fields.js'
import { jsonAttributes } from './json-values.js'
import { noSpanParts, otlpSpan } from './otlp-span.js'
import type { Place } from './proto-items.js'
import type { OtlpSpan } from './shapes.js'

/** One Span. */
export function jsonSpan(json: JsonObject, { resource, scope }: Place, weight: number): OtlpSpan {
  const { fields, dropped } = jsonAttributes(json.attributes)
  const status = object(json.status)
  const parts = {
    ...noSpanParts(),
    traceId: hexId(json.traceId),
    spanId: hexId(json.spanId),
    parentSpanId: hexId(json.parentSpanId),
    name: text(json.name) ?? '',
    kind: enumNumber(json.kind, KINDS),
    startTime: time(json.startTimeUnixNano),
    endTime: time(json.endTimeUnixNano),
    attributes: fields,
    events: list(json.events).map(jsonEvent).filter(isExceptionEvent),
    status: { code: enumNumber(status?.code, STATUSES), message: text(status?.message) ?? '' },
    droppedAttributes: (integer(json.droppedAttributesCount) ?? 0) + dropped,
    droppedEvents: integer(json.droppedEventsCount) ?? 0,
    droppedLinks: integer(json.droppedLinksCount) ?? 0,
  }
  return otlpSpan(parts, resource, scope, weight)
}

function jsonEvent(json: unknown): SpanEventLike {
  const event = object(json)
  const { fields, dropped } = jsonAttributes(event?.attributes)
  return {
    name: text(event?.name) ?? '',
    time: time(event?.timeUnixNano),
    attributes: fields,
    droppedAttributesCount: (integer(event?.droppedAttributesCount) ?? 0) + dropped,
  }
}

const KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'].map(
  (name) => `SPAN_KIND_${name}`,
)
const STATUSES = ['UNSET', 'OK', 'ERROR'].map((name) => `STATUS_CODE_${name}`)

/** Enums are numbers in OTLP/JSON; some write their names all the same. */
function enumNumber(json: unknown, names: readonly string[]): number {
  const index = typeof json === 'string' ? names.indexOf(json) : -1
  return index >= 0 ? index : (integer(json) ?? 0)
}
