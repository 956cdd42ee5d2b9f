import type { HrTime } from '../../translate/otel.js'
import type { OtlpReader } from './otlp-reader.js'
import { AttributeSet, type Group } from './proto-items.js'
import { readAnyValue } from './proto-values.js'
import type { OtlpLogRecord } from './shapes.js'
import { ValueBudget } from './value-budget.js'

const LOG_RECORD = 0b1_1111_1110_1110
const UNSET: HrTime = [0, 0]

/** Reads one LogRecord. */
export function readLogRecord(reader: OtlpReader, { resource, scope }: Group): OtlpLogRecord {
  reader.beginRecord()
  const outer = reader.enter()
  const weight = reader.len - reader.pos
  const attributes = new AttributeSet()
  let hrTime = UNSET
  let hrTimeObserved = UNSET
  let severityNumber: number | undefined
  let severityText: string | undefined
  let body: unknown
  let eventName: string | undefined
  let traceId = ''
  let spanId = ''
  let dropped = 0
  while (reader.pos < reader.len) {
    const tag = reader.field()
    switch (tag) {
      case 50:
        attributes.read(reader)
        break
      case 9:
        hrTime = reader.time()
        break
      case 89:
        hrTimeObserved = reader.time()
        break
      case 16:
        severityNumber = reader.int32()
        break
      case 26:
        severityText = reader.repeatedText()
        break
      case 42:
        body = readBody(reader)
        break
      case 74:
        traceId = reader.id()
        break
      case 82:
        spanId = reader.id()
        break
      case 98:
        eventName = reader.repeatedText()
        break
      case 56:
        dropped = reader.uint32()
        break
      case 69:
        reader.fixed32()
        break
      default:
        reader.pass(tag, LOG_RECORD)
    }
  }
  reader.leave(outer)
  return {
    hrTime,
    hrTimeObserved,
    spanContext: traceId === '' ? undefined : { traceId, spanId },
    severityText,
    severityNumber,
    body,
    eventName,
    resource,
    instrumentationScope: scope,
    attributes: attributes.fields,
    droppedAttributesCount: dropped + attributes.dropped,
    weight,
  }
}

/** Reads the log body with a budget of its own, so that many attributes do not shorten the message. */
function readBody(reader: OtlpReader): unknown {
  const { budget } = reader
  reader.budget = new ValueBudget()
  const body = readAnyValue(reader)
  reader.budget = budget
  return body
}
