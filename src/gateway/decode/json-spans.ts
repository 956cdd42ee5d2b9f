import type { SpanEventLike } from '../../translate/otel.js'
import { MOST_SPAN_EVENTS } from '../../translate/span.js'
import type { JsonDocument, JsonRange } from './json-document.js'
import { field, hexId, integer, type JsonObject, list, object, text, time, within } from './json-fields.js'
import type { At } from './json-items.js'
import { named } from './json-names.js'
import { JsonList, readRecord } from './json-record.js'
import { jsonAttributes } from './json-values.js'
import { noSpanParts, otlpSpan } from './otlp-span.js'
import type { Group } from './proto-items.js'
import type { OtlpSpan } from './shapes.js'

const FIELDS: ReadonlySet<string> = new Set([
  'traceId',
  'spanId',
  'parentSpanId',
  'name',
  'kind',
  'startTimeUnixNano',
  'endTimeUnixNano',
  'attributes',
  'droppedAttributesCount',
  'events',
  'droppedEventsCount',
  'droppedLinksCount',
  'status',
])
const LISTS: ReadonlySet<string> = new Set(['events'])

/** Reads one Span. */
export function jsonSpan(document: JsonDocument, range: JsonRange, group: Group, at: At): OtlpSpan {
  const json = readRecord(document, range, FIELDS, LISTS)
  const events = field(json, 'events', eventList)
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
    eventCount: events.length,
    eachEvent: () => lookedAt(events, at),
    again: () => jsonSpan(document, range, group, at),
    status: field(json, 'status', spanStatus),
    droppedAttributes: (field(json, 'droppedAttributesCount', integer) ?? 0) + dropped,
    droppedEvents: field(json, 'droppedEventsCount', integer) ?? 0,
    droppedLinks: field(json, 'droppedLinksCount', integer) ?? 0,
  }
  return otlpSpan(parts, group.resource, group.scope, range.end - range.start)
}

function eventList(json: unknown): JsonList | readonly unknown[] {
  return json instanceof JsonList ? json : list(json)
}

function* lookedAt(events: Iterable<unknown>, spanAt: At): Generator<SpanEventLike> {
  let looked = 0
  for (const json of events) {
    const index = looked++
    if (index >= MOST_SPAN_EVENTS) return
    yield readEvent(json, () => `${spanAt()}.events[${index}]`)
  }
}

function readEvent(json: unknown, at: At): SpanEventLike {
  try {
    const event = object(json)
    return jsonEvent(event && named(event))
  } catch (error) {
    throw within(error, at())
  }
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

/** Enums are numbers in OTLP/JSON, but some senders write their names. */
function enumNumber(json: unknown, names: readonly string[]): number {
  const index = typeof json === 'string' ? names.indexOf(json) : -1
  return index >= 0 ? index : (integer(json) ?? 0)
}
