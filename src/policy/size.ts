import { MAX_LOG_BYTES } from '../wire/limits.js'
import { type Fields, LOG_ID_KEY, type Log } from '../wire/log.js'
import type { RequestEntry } from '../wire/request-entry.js'
import { DEDUP_COUNT_KEY } from './duplicates.js'
import { jsonBytes } from './json-size.js'

export const MARK = ' [truncated]'
const STACK_TOP = 11
const STACK_BOTTOM = 3
export const MOST_BREADCRUMBS = 20
export const MOST_METADATA_TEXT = 500
const CONTEXT_LINES = 3
export const MOST_MESSAGE = 2000
export const MOST_TEXT = 500
const MOST_ITEMS = 20

/** Whether a JSON text takes at most `maxBytes` bytes in UTF-8. */
export function fits(json: string, maxBytes = MAX_LOG_BYTES): boolean {
  // A UTF-16 unit takes one to three bytes in UTF-8.
  if (json.length > maxBytes) return false
  return json.length * 3 <= maxBytes || Buffer.byteLength(json) <= maxBytes
}

/**
 * Cuts a log, passed as JSON, step by step until it fits. The last step leaves so little that it always fits. A log
 * that fits stays as it is. Only what a step has changed is measured, and the log is written once: a log of control
 * characters is six times as long in JSON, and writing it after each step took a tenth of a second.
 */
export function truncate(json: string, maxBytes = MAX_LOG_BYTES): { json: string; log: Log } {
  if (fits(json, maxBytes)) return { json, log: JSON.parse(json) as Log }
  let log = JSON.parse(json) as Log
  let bytes = Buffer.byteLength(json)
  for (const step of STEPS) {
    if (bytes <= maxBytes) break
    try {
      const short = step(log)
      bytes = bytesAfter(bytes, log, short)
      log = short
    } catch {
      // Nested too deep to walk: the next steps remove the nested values.
    }
  }
  return written(log)
}

function written(log: Log): { json: string; log: Log } {
  try {
    return { json: JSON.stringify(log), log }
  } catch {
    // Nested too deep for `JSON.stringify`, which reaches less deep than the steps once V8 has compiled these.
    const short = onlyTheNeeded(log)
    return { json: JSON.stringify(short), log: short }
  }
}

/** Bytes of JSON after a step. Where the step has removed what is nested too deep to be measured, all of the rest is. */
function bytesAfter(bytes: number, before: Log, after: Log): number {
  try {
    return bytes + changeOfBytes(before, after)
  } catch {
    return jsonBytes(after)
  }
}

/** How many bytes of JSON more the second log takes. */
function changeOfBytes(before: Log, after: Log): number {
  let change = 0
  for (const name of Object.keys({ ...before, ...after }) as (keyof Log)[]) {
    if (before[name] !== after[name]) change += fieldBytes(name, after[name]) - fieldBytes(name, before[name])
  }
  return change
}

/** Bytes of a field with its name, colon and comma. */
function fieldBytes(name: string, value: unknown): number {
  return value === undefined ? 0 : jsonBytes(name) + jsonBytes(value) + 2
}

/** A request entry as JSON with its texts cut. Without lists and user keys, that is always enough. */
export function truncateEntry(entry: RequestEntry): string {
  return JSON.stringify(mapTexts(entry, (text) => cut(text, MOST_TEXT)))
}

type Step = (log: Log) => Log

const STEPS: readonly Step[] = [
  cutStack,
  (log) =>
    Array.isArray(log.breadcrumbs) ? { ...log, breadcrumbs: log.breadcrumbs.slice(-MOST_BREADCRUMBS) } : log,
  cutMetadataTexts,
  cutSourceContext,
  (log) => ({ ...log, message: cut(log.message, MOST_MESSAGE, MARK) }),
  (log) => ({ ...log, metadata: ownMetadata(log) }),
  ({ breadcrumbs: _, ...log }) => log,
  cutEverything,
  onlyTheNeeded,
]

export function cutStack(log: Log): Log {
  const lines = typeof log.error?.stack === 'string' ? log.error.stack.split('\n') : []
  if (log.error === undefined || lines.length <= STACK_TOP + STACK_BOTTOM) return log
  const stack = [...lines.slice(0, STACK_TOP), ...lines.slice(-STACK_BOTTOM)].join('\n')
  return { ...log, error: { ...log.error, stack } }
}

export function cutMetadataTexts(log: Log): Log {
  if (log.metadata === undefined) return log
  const metadata = mapTexts(log.metadata, (text) => cut(text, MOST_METADATA_TEXT, MARK))
  return { ...log, metadata: metadata as Fields }
}

function cutSourceContext(log: Log): Log {
  if (log.error === undefined) return log
  const { pre_context: before, post_context: after } = log.error
  return {
    ...log,
    error: {
      ...log.error,
      ...(Array.isArray(before) && { pre_context: before.slice(-CONTEXT_LINES) }),
      ...(Array.isArray(after) && { post_context: after.slice(0, CONTEXT_LINES) }),
    },
  }
}

function cutEverything(log: Log): Log {
  const { message, ...rest } = log
  const short = mapTexts(
    rest,
    (text) => cut(text, MOST_TEXT),
    (items) => items.slice(0, MOST_ITEMS),
  )
  return { ...(short as Log), message }
}

function onlyTheNeeded(log: Log): Log {
  const { level, message, timestamp, service, trace } = log
  return {
    level,
    message,
    timestamp,
    ...(service !== undefined && { service }),
    ...(typeof trace?.trace_id === 'string' && {
      trace: {
        trace_id: trace.trace_id,
        ...(typeof trace.span_id === 'string' && { span_id: trace.span_id }),
      },
    }),
    metadata: ownMetadata(log),
  }
}

/** What stands in the metadata because the wire has no other place for it. */
export function ownMetadata({ metadata }: Log): Fields {
  return {
    [LOG_ID_KEY]: metadata?.[LOG_ID_KEY],
    ...(typeof metadata?.[DEDUP_COUNT_KEY] === 'number' && { [DEDUP_COUNT_KEY]: metadata[DEDUP_COUNT_KEY] }),
  }
}

/** Cuts a text to at most `length` UTF-16 units, and appends the mark where it was cut. */
export function cut(text: string, length: number, mark = ''): string {
  if (typeof text !== 'string' || text.length <= length) return text
  if (mark !== '' && text.length <= length + mark.length && text.endsWith(mark)) return text
  const last = text.charCodeAt(length - 1)
  const next = text.charCodeAt(length)
  const splitsPair = last >= 0xd800 && last < 0xdc00 && next >= 0xdc00 && next < 0xe000
  return text.slice(0, splitsPair ? length - 1 : length) + mark
}

export function mapTexts(
  value: unknown,
  onText: (text: string) => string,
  onList: (items: unknown[]) => unknown[] = (items) => items,
): unknown {
  if (typeof value === 'string') return onText(value)
  if (Array.isArray(value)) return onList(value).map((item) => mapTexts(item, onText, onList))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name, mapTexts(field, onText, onList)]),
  )
}
