import { TooMuchError } from './decode-error.js'
import { jsonItems, LOG_NAMES, parseJson, SPAN_NAMES } from './json-items.js'
import { jsonLogRecord } from './json-logs.js'
import { jsonSpan } from './json-spans.js'
import { readItems } from './proto-items.js'
import { readLogRecord } from './proto-logs.js'
import { readSpan } from './proto-spans.js'
import { DECODE_LIMITS, type OtlpLogRecord, type OtlpSpan } from './shapes.js'

export type Encoding = 'protobuf' | 'json'

/**
 * The log records of an export request, in their order. They are read as they are walked, and again each time:
 * kept, they would take several times the bytes of the body. What is wrong in it is thrown by the walk.
 * @throws {DecodeError} for what is no such request, {@link TooMuchError} for more than one may hold
 */
export function decodeLogs(body: Buffer, encoding: Encoding): Iterable<OtlpLogRecord> {
  if (encoding === 'protobuf') return { [Symbol.iterator]: () => readItems(body, readLogRecord) }
  const json = parseJson(body)
  return { [Symbol.iterator]: () => jsonItems(json, LOG_NAMES, body.length, jsonLogRecord) }
}

/** As {@link decodeLogs}, for spans; and these are kept, since they are looked at across one another. */
export function decodeSpans(body: Buffer, encoding: Encoding): readonly OtlpSpan[] {
  const spans =
    encoding === 'protobuf'
      ? readItems(body, readSpan)
      : jsonItems(parseJson(body), SPAN_NAMES, body.length, jsonSpan)
  const all: OtlpSpan[] = []
  let exceptions = 0
  for (const span of spans) {
    exceptions += span.events.length
    if (exceptions > DECODE_LIMITS.records) throw new TooMuchError('There are too many exceptions in it.')
    all.push(span)
  }
  return all
}
