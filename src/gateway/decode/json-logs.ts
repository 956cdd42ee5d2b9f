import type { JsonDocument, JsonRange } from './json-document.js'
import { field, hexId, integer, text, time } from './json-fields.js'
import { readRecord } from './json-record.js'
import { jsonAnyValue, jsonAttributes } from './json-values.js'
import type { Group } from './proto-items.js'
import type { OtlpLogRecord } from './shapes.js'

const FIELDS: ReadonlySet<string> = new Set([
  'timeUnixNano',
  'observedTimeUnixNano',
  'severityNumber',
  'severityText',
  'body',
  'attributes',
  'droppedAttributesCount',
  'traceId',
  'spanId',
  'eventName',
])

/** Reads one LogRecord. */
export function jsonLogRecord(
  document: JsonDocument,
  range: JsonRange,
  { resource, scope }: Group,
): OtlpLogRecord {
  const json = readRecord(document, range, FIELDS)
  const { fields, dropped } = field(json, 'attributes', jsonAttributes)
  const traceId = field(json, 'traceId', hexId)
  return {
    hrTime: field(json, 'timeUnixNano', time),
    hrTimeObserved: field(json, 'observedTimeUnixNano', time),
    spanContext: traceId === '' ? undefined : { traceId, spanId: field(json, 'spanId', hexId) },
    severityText: field(json, 'severityText', text),
    severityNumber: field(json, 'severityNumber', severity),
    body: json.body === undefined || json.body === null ? undefined : field(json, 'body', jsonAnyValue),
    eventName: field(json, 'eventName', text),
    resource,
    instrumentationScope: scope,
    attributes: fields,
    droppedAttributesCount: (field(json, 'droppedAttributesCount', integer) ?? 0) + dropped,
    weight: range.end - range.start,
  }
}

const FIRST_OF: Readonly<Record<string, number>> = {
  TRACE: 1,
  DEBUG: 5,
  INFO: 9,
  WARN: 13,
  ERROR: 17,
  FATAL: 21,
}

/** Enums are numbers in OTLP/JSON, but some senders write their names. */
function severity(json: unknown): number | undefined {
  const name = typeof json === 'string' ? /^SEVERITY_NUMBER_([A-Z]+)([2-4]?)$/.exec(json) : null
  if (name === null) return integer(json)
  const first = FIRST_OF[name[1] as string]
  return first === undefined ? 0 : first + (Number(name[2]) || 1) - 1
}
