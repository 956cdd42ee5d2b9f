import type { Log } from '../wire/log.js'
import { printable } from './terminal-text.js'

const MAX_FIELDS = 200
const MAX_DEPTH = 6

/** Formats a log as one line of logfmt: `time=... level=... msg="..."`, with the metadata's values by their paths. */
export function formatLogfmt(log: Log): string {
  const { error, trace, user, tags, metadata } = log
  const known: readonly (readonly [string, unknown])[] = [
    ['time', log.timestamp],
    ['level', log.level],
    ['service', log.service],
    ['environment', log.environment],
    ['version', log.version],
    ['msg', log.message],
    ['error.type', error?.type],
    ['error.message', error?.message],
    ['fingerprint', log.fingerprint],
    ['trace_id', trace?.trace_id],
    ['span_id', trace?.span_id],
    ['request_id', log.request_id],
    ['session_id', log.session_id],
    ['user_id', log.user_id ?? user?.id],
    ['host', log.hostname],
    ['tags', Array.isArray(tags) ? tags.join(',') : tags],
  ]
  const pairs = known.flatMap(([key, value]) => pair(key, value))
  addLeaves(metadata, 'metadata', 0)
  return pairs.join(' ')

  function addLeaves(value: unknown, path: string, depth: number): void {
    if (pairs.length >= MAX_FIELDS) return
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    if (!isObject || depth >= MAX_DEPTH) {
      pairs.push(...pair(path, value))
      return
    }
    for (const [key, field] of Object.entries(value)) addLeaves(field, `${path}.${key}`, depth + 1)
  }
}

function pair(key: string, value: unknown): string[] {
  if (value === undefined || value === null) return []
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  // In logfmt a key ends at the first space, quote or equals sign.
  return [`${printable(key).replace(/[\s"=]/g, '_')}=${quoted(text)}`]
}

/** A value as it is, or in quotes where it would not be read back as one value. */
function quoted(text: string): string {
  if (/^[^\s"=\\\p{C}]+$/u.test(text)) return text
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replace(/\r/g, '\\r')
    .replace(/\n/g, '\\n')
    .replace(/\t/g, '\\t')
  return `"${printable(escaped)}"`
}
