import type { LogTemplates } from '../template/log-templates.js'
import { JsonDocument } from './json-document.js'
import { jsonItems, LOG_NAMES, SPAN_NAMES } from './json-items.js'
import { jsonLogRecord } from './json-logs.js'
import { jsonSpan } from './json-spans.js'
import { readItems } from './proto-items.js'
import { readLogRecord } from './proto-logs.js'
import { readSpan } from './proto-spans.js'
import type { OtlpLogRecord, OtlpSpan, Turn } from './shapes.js'

export type Encoding = 'protobuf' | 'json'

/**
 * The log records of an export request, in their order. Each walk decodes the records again: decoded records that were
 * kept would take many times the bytes of the body. The walk throws what is wrong in the body.
 * @param templates write the records that they know at once. Default: all are decoded
 * @throws DecodeError when the body is not an export request, {@link TooMuchError} when it holds too much
 */
export async function decodeLogs(
  body: Buffer,
  encoding: Encoding,
  templates?: LogTemplates,
): Promise<Iterable<OtlpLogRecord | Turn>> {
  if (encoding === 'protobuf') {
    return { [Symbol.iterator]: () => readItems(body, templates?.reader() ?? readLogRecord) }
  }
  const document = await JsonDocument.open(body)
  return { [Symbol.iterator]: () => jsonItems(document, LOG_NAMES, jsonLogRecord) }
}

/** As {@link decodeLogs}, for spans. */
export async function decodeSpans(body: Buffer, encoding: Encoding): Promise<Iterable<OtlpSpan | Turn>> {
  if (encoding === 'protobuf') return { [Symbol.iterator]: () => readItems(body, readSpan) }
  const document = await JsonDocument.open(body)
  return { [Symbol.iterator]: () => jsonItems(document, SPAN_NAMES, jsonSpan) }
}
