import { hexId, integer, type JsonObject, text, time } from './json-fields.js'
import { jsonAnyValue, jsonAttributes } from './json-values.js'
import type { Place } from './proto-items.js'
import type { OtlpLogRecord } from './shapes.js'

/** One LogRecord. */
export function jsonLogRecord(json: JsonObject, { resource, scope }: Place, weight: number): OtlpLogRecord {
  const { fields, dropped } = jsonAttributes(json.attributes)
  const traceId = hexId(json.traceId)
  return {
    hrTime: time(json.timeUnixNano),
    hrTimeObserved: time(json.observedTimeUnixNano),
    spanContext: traceId === '' ? undefined : { traceId, spanId: hexId(json.spanId) },
    severityText: text(json.severityText),
    severityNumber: severity(json.severityNumber),
    body: json.body === undefined || json.body === null ? undefined : jsonAnyValue(json.body),
    eventName: text(json.eventName),
    resource,
    instrumentationScope: scope,
    attributes: fields,
    droppedAttributesCount: (integer(json.droppedAttributesCount) ?? 0) + dropped,
    weight,
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

/** Enums are numbers in OTLP/JSON; some write their names all the same. */
function severity(json: unknown): number | undefined {
  const name = typeof json === 'string' ? /^SEVERITY_NUMBER_([A-Z]+)([2-4]?)$/.exec(json) : null
  if (name === null) return integer(json)
  const first = FIRST_OF[name[1] as string]
  return first === undefined ? 0 : first + (Number(name[2]) || 1) - 1
}
