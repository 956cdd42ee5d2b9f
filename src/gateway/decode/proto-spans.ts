import type { HrTime, SpanEventLike } from '../../translate/otel.js'
import { MOST_SPAN_EVENTS } from '../../translate/span.js'
import type { OtlpReader } from './otlp-reader.js'
import { noSpanParts, otlpSpan } from './otlp-span.js'
import { AttributeSet, type Group } from './proto-items.js'
import { skipLength } from './proto-values.js'
import type { OtlpSpan } from './shapes.js'

const SPAN = 0b1_1111_1111_1111_1110
const EVENT = 0b1_1110
const STATUS = 0b1100

/** Reads one Span. */
export function readSpan(reader: OtlpReader, { resource, scope }: Group): OtlpSpan {
  const messageStart = reader.pos
  reader.beginRecord()
  const outer = reader.enter()
  const start = reader.pos
  const end = reader.len
  const span = noSpanParts()
  const attributes = new AttributeSet()
  while (reader.pos < reader.len) {
    const tag = reader.field()
    switch (tag) {
      case 10:
        span.traceId = reader.id()
        break
      case 18:
        span.spanId = reader.id()
        break
      case 34:
        span.parentSpanId = reader.id()
        break
      case 42:
        span.name = reader.repeatedText()
        break
      case 48:
        span.kind = reader.int32()
        break
      case 57:
        span.startTime = reader.time()
        break
      case 65:
        span.endTime = reader.time()
        break
      case 74:
        attributes.read(reader)
        break
      case 90:
        span.eventCount++
        skipLength(reader)
        break
      case 122:
        span.status = readStatus(reader)
        break
      case 80:
        span.droppedAttributes = reader.uint32()
        break
      case 96:
        span.droppedEvents = reader.uint32()
        break
      case 112:
        span.droppedLinks = reader.uint32()
        break
      case 26:
      case 106:
        skipLength(reader)
        break
      case 133:
        reader.fixed32()
        break
      default:
        reader.pass(tag, SPAN)
    }
  }
  reader.leave(outer)
  span.attributes = attributes.fields
  span.droppedAttributes += attributes.dropped
  span.eachEvent = () => readEvents(reader.at(start, end))
  span.again = () => readSpan(reader.at(messageStart, end), { resource, scope })
  return otlpSpan(span, resource, scope, end - start)
}

/** Reads the events in a second walk over the span. The other fields have been read already. */
function* readEvents(reader: OtlpReader): Generator<SpanEventLike> {
  let looked = 0
  while (reader.pos < reader.len && looked < MOST_SPAN_EVENTS) {
    const tag = reader.uint32()
    if (tag !== 90) reader.pass(tag, 0)
    else {
      looked++
      yield readEvent(reader)
    }
  }
}

function readEvent(reader: OtlpReader): SpanEventLike {
  reader.beginRecord()
  const outer = reader.enter()
  const attributes = new AttributeSet()
  let time: HrTime = [0, 0]
  let name = ''
  let dropped = 0
  while (reader.pos < reader.len) {
    const tag = reader.field()
    if (tag === 9) time = reader.time()
    else if (tag === 18) name = reader.repeatedText()
    else if (tag === 26) attributes.read(reader)
    else if (tag === 32) dropped = reader.uint32()
    else reader.pass(tag, EVENT)
  }
  reader.leave(outer)
  return {
    name,
    time,
    attributes: attributes.fields,
    droppedAttributesCount: dropped + attributes.dropped,
  }
}

function readStatus(reader: OtlpReader): { code: number; message: string } {
  const outer = reader.enter()
  const status = { code: 0, message: '' }
  while (reader.pos < reader.len) {
    const tag = reader.field()
    if (tag === 18) status.message = reader.string()
    else if (tag === 24) status.code = reader.int32()
    else reader.pass(tag, STATUS)
  }
  reader.leave(outer)
  return status
}
