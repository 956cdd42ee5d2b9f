import { type Fields, LOG_ID_KEY, type Log } from '../wire/log.js'
import type { RequestEntry } from '../wire/request-entry.js'
import { mayMatchDigits, type Redaction, redactText } from './redact.js'
import { REDACTED } from './redacted.js'

/** Translation bounds the depth far below this. Deeper values are replaced and do not pass unredacted. */
const MOST_DEPTH = 100

/** Fields that the schema needs; they are not redacted. */
const KEPT = new Set(['level', 'timestamp', 'fingerprint', 'release_id', '_sdk'])
const KEPT_WITHIN: Readonly<Record<string, ReadonlySet<string>>> = {
  metadata: new Set([LOG_ID_KEY]),
  user: new Set(['email']),
  trace: new Set(['trace_id', 'span_id']),
}
const KEPT_OF_BREADCRUMB = new Set(['timestamp', 'level'])
const NUMBERS_OF = new Set(['request', 'error', 'perf'])

/**
 * Redacts in place every string of a log at any depth, and numbers whose digits match. Objects that logs may share are
 * copied where something changes. Keys are kept.
 */
export function redactLog(log: Log, redactions: readonly Redaction[], ownRequestId: boolean): void {
  const fields = log as unknown as Fields
  for (const name of Object.keys(fields)) {
    if (KEPT.has(name) || (name === 'request_id' && ownRequestId)) continue
    const field = fields[name]
    const redacted = redactField(name, field, redactions)
    if (redacted !== field) fields[name] = redacted
  }
}

/** Like {@link redactLog}, for a request entry. */
export function redactEntry(
  entry: RequestEntry,
  redactions: readonly Redaction[],
  ownRequestId: boolean,
): RequestEntry {
  const redacted: Fields = { ...entry }
  for (const [name, value] of Object.entries(entry)) {
    if (name === 'timestamp' || (name === 'request_id' && ownRequestId)) continue
    if (typeof value === 'string') redacted[name] = redactText(value, redactions)
  }
  return redacted as unknown as RequestEntry
}

function redactField(name: string, value: unknown, redactions: readonly Redaction[]): unknown {
  if (name === 'breadcrumbs' && Array.isArray(value)) {
    return value.map((breadcrumb) => redactValue(breadcrumb, redactions, 1, KEPT_OF_BREADCRUMB))
  }
  if (!NUMBERS_OF.has(name) || !isObject(value)) return redactValue(value, redactions, 0, KEPT_WITHIN[name])
  return redactNumbersOf(value, redactions)
}

/**
 * A mark in a field that the schema defines as a number would make the log illegal, so a matching number is left out.
 */
function redactNumbersOf(fields: Fields, redactions: readonly Redaction[]): Fields {
  let copy: Fields | undefined
  for (const name of Object.keys(fields)) {
    const value = fields[name]
    if (typeof value === 'number' && SCHEMA_NUMBERS.has(name)) continue
    const clean = redactValue(value, redactions, 1)
    if (clean === value) continue
    copy ??= { ...fields }
    if (typeof value === 'number') delete copy[name]
    else copy[name] = clean
  }
  return copy ?? fields
}

const SCHEMA_NUMBERS = new Set(['status_code', 'duration_ms', 'line_number', 'memory_mb'])

/** The value itself when nothing in it changes, else a copy. */
function redactValue(
  value: unknown,
  redactions: readonly Redaction[],
  depth: number,
  kept?: ReadonlySet<string>,
): unknown {
  if (typeof value === 'string') return redactText(value, redactions)
  if (typeof value === 'number') return redactNumber(value, redactions)
  if (typeof value !== 'object' || value === null) return value
  if (depth > MOST_DEPTH) return REDACTED
  if (Array.isArray(value)) return redactList(value, redactions, depth)
  if (isBufferJson(value)) return redactBufferJson(value, redactions)
  let copy: Fields | undefined
  for (const name of Object.keys(value)) {
    const field = (value as Fields)[name]
    if (typeof field === 'string' && kept?.has(name)) continue
    const redacted = redactValue(field, redactions, depth + 1)
    if (redacted === field) continue
    copy ??= { ...value }
    copy[name] = redacted
  }
  return copy ?? value
}

function redactList(list: readonly unknown[], redactions: readonly Redaction[], depth: number): unknown {
  let copy: unknown[] | undefined
  for (let index = 0; index < list.length; index++) {
    const item = list[index]
    const redacted = redactValue(item, redactions, depth + 1)
    if (redacted === item) continue
    copy ??= [...list]
    copy[index] = redacted
  }
  return copy ?? list
}

/** The JSON form of a Buffer. */
interface BufferJson {
  readonly type: 'Buffer'
  readonly data: readonly unknown[]
}

function isBufferJson(value: object): value is BufferJson {
  const { type, data } = value as Partial<BufferJson>
  return type === 'Buffer' && Array.isArray(data)
}

function redactBufferJson(value: BufferJson, redactions: readonly Redaction[]): BufferJson {
  const bytes = Buffer.from(value.data.filter((byte) => typeof byte === 'number'))
  const encoded = bytes.toString('base64')
  const redacted = redactText(encoded, redactions)
  return redacted === encoded ? value : { ...value, data: [...Buffer.from(redacted, 'base64')] }
}

/**
 * Whole numbers are read as their digits. Thirteen digits from 2001 to 2033 are milliseconds since 1970: no card number
 * of that length begins with 1.
 */
function redactNumber(value: number, redactions: readonly Redaction[]): unknown {
  if (!Number.isInteger(value) || (value >= 1e12 && value < 2e12)) return value
  if (!mayMatchDigits(value, redactions)) return value
  const digits = String(value)
  const redacted = redactText(digits, redactions)
  return redacted === digits ? value : redacted
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
