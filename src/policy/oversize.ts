import { Buffer } from 'node:buffer'
import { MAX_LOG_BYTES } from '../wire/limits.js'
import { LOG_ID_KEY, type Log } from '../wire/log.js'
import type { RequestEntry } from '../wire/request-entry.js'
import { jsonBytes } from './json-size.js'
import { REDACTED } from './redacted.js'
import {
  cut,
  cutMetadataTexts,
  cutStack,
  MARK,
  MOST_BREADCRUMBS,
  MOST_MESSAGE,
  MOST_METADATA_TEXT,
  MOST_TEXT,
  mapTexts,
  ownMetadata,
} from './size.js'

/** From this total length of its texts, in UTF-16 units or in bytes of JSON, a log exceeds its limit whatever redaction removes. */
const OVERSIZE_UNITS = 1.25 * MAX_LOG_BYTES
/** As {@link OVERSIZE_UNITS}, for a log that a hook may still make small: it gets a copy, which takes that much again. */
const OVERSIZE_HOOK_UNITS = 32 * MAX_LOG_BYTES
/** What is kept beyond the place where a text is cut afterwards, so that nothing is cut before redaction has seen it. */
const MARGIN = 1024
/** The end of the margin is removed after redaction: a match may begin there whose end is missing. */
const TAIL = 512
const MOST_OTHER_TEXT = 16 * 1024
const MOST_DEPTH = 100
/** Fields that every log needs, or that identify it. */
const NEEDED: ReadonlySet<string> = new Set([
  'level',
  'message',
  'timestamp',
  'service',
  'environment',
  'version',
  'hostname',
  'request_id',
  'trace',
  'fingerprint',
  'release_id',
  '_sdk',
])
/** Marks the end of a text that was cut here. */
const CUT = '\uf8ffcut\uf8ff'

/** Most bytes of JSON that a UTF-16 unit takes: an escape. */
const MOST_UNIT_BYTES = 6

/**
 * Whether a log has so much text that it will be cut or refused in any case. The escapes of its JSON are not counted,
 * so that a log of control characters may be six times as long.
 */
export function hasOversizeText(log: Log): boolean {
  return unitsLeft(log, OVERSIZE_UNITS, 0) < 0
}

/** As {@link hasOversizeText}, for a log that was written. */
export function isOversizeJson(json: string): boolean {
  return json.length > OVERSIZE_UNITS || Buffer.byteLength(json) > OVERSIZE_UNITS
}

/** Whether a log or request entry will be cut or refused in any case, with the escapes of its JSON counted. */
export function isOversize(entry: Log | RequestEntry, hasHook = false): boolean {
  const most = hasHook ? OVERSIZE_HOOK_UNITS : OVERSIZE_UNITS
  const left = unitsLeft(entry, most, 0)
  if (left < 0) return true
  // Few logs are long enough for a second walk, which looks at each character.
  return (most - left) * MOST_UNIT_BYTES > most && jsonBytes(entry, most) > most
}

/** What the texts and names of an object leave of `left`; below zero the rest of the object is not read. */
function unitsLeft(holder: object, left: number, depth: number): number {
  // Every log is read here. `for in` writes each index of a list as a text first, which takes ten times as long.
  if (Array.isArray(holder)) return unitsLeftByList(holder, left, depth)
  let rest = left
  for (const name in holder) {
    rest = unitsLeftBy((holder as Record<string, unknown>)[name], rest - name.length, depth)
    if (rest < 0) break
  }
  return rest
}

function unitsLeftByList(list: readonly unknown[], left: number, depth: number): number {
  let rest = left
  for (let index = 0; index < list.length && rest >= 0; index++) rest = unitsLeftBy(list[index], rest, depth)
  return rest
}

function unitsLeftBy(value: unknown, left: number, depth: number): number {
  if (typeof value === 'string') return left - value.length
  if (typeof value !== 'object' || value === null || depth >= MOST_DEPTH) return left
  return unitsLeft(value, left, depth + 1)
}

/**
 * Cuts an oversize log in place to a little more than its final size; objects that logs share are copied. Redaction
 * then reads no text that will not be sent.
 */
export function cutOversize(log: Log): void {
  Object.assign(log, cutStack(log))
  if (Array.isArray(log.breadcrumbs)) log.breadcrumbs = log.breadcrumbs.slice(-MOST_BREADCRUMBS)
  const { metadata, ...others } = log
  const limitOthers = limiter(MOST_OTHER_TEXT)
  for (const [name, value] of Object.entries(others)) {
    const limit = NEEDED.has(name) ? (text: string) => shortened(text, MOST_OTHER_TEXT) : limitOthers
    Object.assign(log, { [name]: mapTexts(value, limit) })
  }
  if (metadata !== undefined) {
    const { [LOG_ID_KEY]: id, ...fields } = metadata
    log.metadata = mapTexts(fields, limiter(MOST_METADATA_TEXT)) as typeof metadata
    if (id !== undefined) log.metadata[LOG_ID_KEY] = id
  }
  if (isOversize(log, true)) keepNeeded(log)
}

/** Of a log whose names alone are too much. */
function keepNeeded(log: Log): void {
  const fields = log as unknown as Record<string, unknown>
  const own = ownMetadata(log)
  for (const name of Object.keys(log)) if (!NEEDED.has(name)) delete fields[name]
  log.metadata = own
}

/**
 * Finishes the cut after redaction: removes the margin, and with it what may be the beginning of an incomplete match.
 */
export function endCutTexts(log: Log): void {
  const isCut = log.message.endsWith(CUT)
  for (const [name, value] of Object.entries(log))
    Object.assign(log, { [name]: mapTexts(value, withoutTail) })
  if (isCut) log.message = cut(log.message, MOST_MESSAGE, MARK)
  Object.assign(log, cutMetadataTexts(log))
}

/** Like {@link cutOversize}, for a request entry; returns a copy. */
export function cutOversizeEntry(entry: RequestEntry): RequestEntry {
  return mapTexts(entry, (text) => shortened(text, MOST_TEXT)) as RequestEntry
}

/** Like {@link endCutTexts}, for a request entry. */
export function endCutEntry(entry: RequestEntry): RequestEntry {
  return mapTexts(entry, (text) =>
    text.endsWith(CUT) ? cut(withoutTail(text), MOST_TEXT) : text,
  ) as RequestEntry
}

/** Cuts texts one by one. Once the texts together exceed what a log can hold, the remaining ones become empty. */
function limiter(most: number): (text: string) => string {
  let left = OVERSIZE_UNITS
  return (text) => {
    if (left <= 0) return ''
    left -= Math.min(text.length, most)
    return shortened(text, most)
  }
}

function shortened(text: string, most: number): string {
  if (typeof text !== 'string' || text.length <= most + MARGIN) return text
  return text.slice(0, most + MARGIN) + CUT
}

function withoutTail(text: string): string {
  if (!text.endsWith(CUT)) return text
  const whole = text.slice(0, -CUT.length)
  const mark = whole.lastIndexOf(REDACTED)
  return whole.slice(0, Math.max(whole.length - TAIL, mark < 0 ? 0 : mark + REDACTED.length))
}
