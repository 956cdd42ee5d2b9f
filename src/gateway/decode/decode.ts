import { DecodeError, TooMuchError } from './decode-error.js'
import { jsonItems, LOG_NAMES, SPAN_NAMES } from './json-items.js'
import { jsonLogRecord } from './json-logs.js'
import { jsonSpan } from './json-spans.js'
import { readItems } from './proto-items.js'
import { readLogRecord } from './proto-logs.js'
import { readSpan } from './proto-spans.js'
import { DECODE_LIMITS, type OtlpLogRecord, type OtlpSpan } from './shapes.js'

export type Encoding = 'protobuf' | 'json'

/**
 * The log records of an export request, in their order; may be walked more than once.
 * @throws {DecodeError} for what is none, {@link TooMuchError} for more than one request may hold
 */
export function decodeLogs(body: Buffer, encoding: Encoding): Iterable<OtlpLogRecord> {
  if (encoding === 'protobuf') return settle(() => readItems(body, readLogRecord))
  return once(
    jsonItems(body, LOG_NAMES, (json, place) => jsonLogRecord(json, place, 0)),
    body.length,
  )
}

/** As {@link decodeLogs}, for spans. */
export function decodeSpans(body: Buffer, encoding: Encoding): Iterable<OtlpSpan> {
  if (encoding === 'protobuf') return settle(() => readItems(body, readSpan))
  return once(
    jsonItems(body, SPAN_NAMES, (json, place) => jsonSpan(json, place, 0)),
    body.length,
  )
}

type Item = OtlpLogRecord | OtlpSpan

/** What a decoded item costs in memory beside the bytes it came in. */
const ITEM_BYTES = 600
const MOST_KEPT_BYTES = 8 * 1024 * 1024

/**
 * Reads all items, so that what is wrong at the end is known before the beginning is delivered. Those of a
 * large body are not kept, for they take several times its bytes, but read again when they are walked.
 */
function settle<T extends Item>(read: () => Iterable<T>): Iterable<T> {
  let kept: T[] = []
  let count = 0
  let bytes = 0
  try {
    for (const item of read()) {
      count = counted(count, item)
      bytes += item.weight + ITEM_BYTES
      if (bytes <= MOST_KEPT_BYTES) kept.push(item)
      else kept = []
    }
  } catch (error) {
    if (error instanceof TooMuchError || error instanceof DecodeError) throw error
    throw new DecodeError('The body is not a protobuf message of this kind.', { cause: error })
  }
  return bytes <= MOST_KEPT_BYTES ? kept : { [Symbol.iterator]: () => read()[Symbol.iterator]() }
}

/** Of JSON everything is in memory already. Its items share the body's bytes evenly. */
function once<T extends Item>(items: Iterable<T>, bodyBytes: number): Iterable<T> {
  const all: { -readonly [Key in keyof T]: T[Key] }[] = []
  let count = 0
  for (const item of items) {
    count = counted(count, item)
    all.push(item)
  }
  const weight = Math.ceil(bodyBytes / Math.max(1, all.length))
  for (const item of all) item.weight = weight
  return all
}

function counted(before: number, item: Item): number {
  const count = before + 1 + ('events' in item ? item.events.length : 0)
  if (count <= DECODE_LIMITS.records) return count
  throw new TooMuchError(`There are more than ${DECODE_LIMITS.records} records in it.`)
}
