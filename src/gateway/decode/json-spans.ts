import type { SpanEventLike } from '../../translate/otel.js'
import { isExceptionEvent } from '../../translate/span.js'
import { eachObject, field, hexId, integer, type JsonObject, object, text, time } from './json-fields.js'
import { jsonAttributes } from './json-values.js'
import { noSpanParts, otlpSpan } from './otlp-span.js'
import type { Place } from './proto-items.js'
import type { OtlpSpan } from './shapes.js'

/** One Span. */
export function jsonSpan(json: JsonObject, { resource, scope }: Place, weight: number): OtlpSpan {
  const { fields, dropped } = field(json, 'attributes', jsonAttributes)
  const parts = {
    ...noSpanParts(),
    traceId: field(json, 'traceId', hexId),
    spanId: field(json, 'spanId', hexId),
    parentSpanId: field(json, 'parentSpanId', hexId),
    name: field(json, 'name', text) ?? '',
    kind: field(json, 'kind', spanKind),
    startTime: field(json, 'startTimeUnixNano', time),
    endTime: field(json, 'endTimeUnixNano', time),
    attributes: fields,
    events: exceptionEvents(json),
    status: field(json, 'status', spanStatus),
    droppedAttributes: (field(json, 'droppedAttributesCount', integer) ?? 0) + dropped,
    droppedEvents: field(json, 'droppedEventsCount', integer) ?? 0,
    droppedLinks: field(json, 'droppedLinksCount', integer) ?? 0,
  }
  return otlpSpan(parts, resource, scope, weight)
}

function exceptionEvents(span: JsonObject): SpanEventLike[] {
  const events: SpanEventLike[] = []
  eachObject(span, 'events', (json) => {
    const event = jsonEvent(json)
    if (isExceptionEvent(event)) events.push(event)
  })
  return events
}

function jsonEvent(event: JsonObject | undefined): SpanEventLike {
  const { fields, dropped } = field(event, 'attributes', jsonAttributes)
  return {
    name: field(event, 'name', text) ?? '',
    time: field(event, 'timeUnixNano', time),
    attributes: fields,
    droppedAttributesCount: (field(event, 'droppedAttributesCount', integer) ?? 0) + dropped,
  }
}

function spanStatus(json: unknown): { code: number; message: string } {
  const status = object(json)
  return { code: field(status, 'code', statusCode), message: field(status, 'message', text) ?? '' }
}

const KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'].map(
  (name) => `SPAN_KIND_${name}`,
)
const STATUSES = ['UNSET', 'OK', 'ERROR'].map((name) => `STATUS_CODE_${name}`)

function spanKind(json: unknown): number {
  return enumNumber(json, KINDS)
}

function statusCode(json: unknown): number {
  return enumNumber(json, STATUSES)
}

/** Enums are numbers in OTLP/JSON; some write their names all the same. */
function enumNumber(json: unknown, names: readonly string[]): number {
  const index = typeof json === 'string' ? names.indexOf(json) : -1
  return index >= 0 ? index : (integer(json) ?? 0)
}
