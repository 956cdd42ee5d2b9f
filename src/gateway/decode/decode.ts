import type { RequestMemory } from '../request-memory.js'
import type { LogTemplates } from '../template/log-templates.js'
import { JsonDocument } from './json-document.js'
import { jsonItems, LOG_NAMES, SPAN_NAMES } from './json-items.js'
import { jsonLogRecord } from './json-logs.js'
import { jsonSpan } from './json-spans.js'
import { readItems } from './proto-items.js'
import { readLogRecord } from './proto-logs.js'
import { readSpan } from './proto-spans.js'
import type { LogItem, OtlpSpan, Turn } from './shapes.js'
import { WrittenLogs } from './written-logs.js'

export type Encoding = 'protobuf' | 'json'

/**
 * The log records of an export request, in their order. Each walk decodes the records again: decoded records that were
 * kept would take many times the bytes of the body. The walk throws what is wrong in the body.
 * @param templates write the records that they know at once. Default: all are decoded
 * @param memory for what templates write. Default: each body has its own
 * @throws DecodeError when the body is not an export request, {@link TooMuchError} when it holds too much
 */
export async function decodeLogs(
  body: Buffer,
  encoding: Encoding,
  templates?: LogTemplates,
  memory?: RequestMemory,
): Promise<Iterable<LogItem | Turn>> {
  if (encoding === 'protobuf') {
    const readItem = () => templates?.reader(memory) ?? readLogRecord
    return { [Symbol.iterator]: () => readItems<LogItem>(body, readItem(), recordsIn) }
  }
  const document = await JsonDocument.open(body)
  return { [Symbol.iterator]: () => jsonItems(document, LOG_NAMES, jsonLogRecord) }
}

function recordsIn(item: LogItem): number {
  return item instanceof WrittenLogs ? item.count : 1
}

/** As {@link decodeLogs}, for spans. */
export async function decodeSpans(body: Buffer, encoding: Encoding): Promise<Iterable<OtlpSpan | Turn>> {
  if (encoding === 'protobuf') return { [Symbol.iterator]: () => readItems(body, readSpan) }
  const document = await JsonDocument.open(body)
  return { [Symbol.iterator]: () => jsonItems(document, SPAN_NAMES, jsonSpan) }
}
