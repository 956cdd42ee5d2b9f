import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { isError } from '../common/any-realm.js'
import { parseExact } from '../common/json.js'
import type { LogRecordLike } from '../translate/otel.js'
import { describeThrown } from '../translate/thrown.js'
import { millisToHrTime } from '../translate/time.js'
import type { ErrorDetail, Fields } from '../wire/log.js'
import type { Completed } from './completed.js'
import { ownFields } from './own-fields.js'
import { withAttributes } from './record-copy.js'

/** The bridge that hands on what pino writes. */
export const PINO = '@opentelemetry/instrumentation-pino'

/** What a line was made of, as far as its JSON has lost it. */
interface PinoLine {
  /** The error among the fields, and its key. */
  readonly error: { readonly key: string; readonly thrown: Error } | undefined
  /** Fields of the application that have the name of one of pino's own. */
  readonly shadowed: Fields
  /** The JSON, when the line has an error or an integer that a double cannot hold. */
  readonly json: string | undefined
}

/** What pino tells of a line that it has made. */
interface LineMade {
  /** The fields, the message, the level's number, and the time as JSON. */
  readonly arguments: ArrayLike<unknown>
  readonly result?: unknown
}

/** Where pino, since 9.10, tells of each line that it has made. */
const LINE_MADE = 'tracing:pino_asJson:end'
const MAX_KEYS = 64
/** Names that pino gives its own fields. The bridge takes them for pino's, whoever has written them. */
const OWN_NAMES: ReadonlySet<string> = new Set(['time', 'level', 'msg', 'pid', 'hostname'])
/** The shortest integer that a double may not hold has 16 digits. */
const LONG_INTEGER = /\d{16}/

let users = 0
let last: PinoLine | undefined

/**
 * Watches what pino's lines are made of, until the function it gives is called. A line reaches OpenTelemetry as JSON,
 * where an error under any key but pino's own has lost its message and stack, and any error its identity; where an
 * integer beyond 2^53 has lost its last digits; and where a field named like one of pino's own is taken for that.
 */
export function watchPino(): () => void {
  users++
  if (users === 1) subscribe(LINE_MADE, remember)
  let isOver = false
  return () => {
    if (isOver) return
    isOver = true
    users--
    if (users === 0) unsubscribe(LINE_MADE, remember)
  }
}

/**
 * The record of a pino line with what its JSON has lost. What pino was told to redact stays so: only a message and
 * stack that are not there at all are filled in, and the causes are set apart only where pino wrote them into both.
 */
export function completePino(record: LogRecordLike): Completed {
  if (last === undefined) return { record }
  const { error, shadowed, json } = last
  last = undefined
  const line = json === undefined ? {} : (parseExact(json) ?? {})
  const attributes = { ...record.attributes, ...exactFields(record.attributes, line), ...shadowed }
  const hrTime = 'time' in shadowed ? millisToHrTime(Date.now()) : record.hrTime
  if (error === undefined) return { record: withAttributes(record, attributes, hrTime) }
  const { thrown, key } = error
  const { error: detail, causes, ownStack } = describeThrown(thrown)
  const added = lostParts(record.attributes, key, detail, causes.length > 0 ? ownStack : undefined)
  if (added !== undefined && causes.length > 0) added['error.causes'] = causes
  const kept = key in attributes ? {} : ownFieldsIn(line, key)
  return { record: withAttributes(record, { ...attributes, ...kept, ...added }, hrTime), thrown, ownStack }
}

/** The attributes as the line has them, integers beyond 2^53 with all digits. */
function exactFields(attributes: LogRecordLike['attributes'], line: Fields): Fields {
  return Object.fromEntries(Object.entries(line).filter(([key]) => key in attributes && !OWN_NAMES.has(key)))
}

/** What the bridge leaves out of the error under pino's own key: all but type, message and stack. */
function ownFieldsIn(line: Fields, key: string): Fields {
  const json = line[key]
  const fields = typeof json === 'object' && json !== null ? ownFields(json) : undefined
  return fields === undefined ? {} : { [key]: fields }
}

/** @param ownStack of an error that has causes */
function lostParts(
  attributes: LogRecordLike['attributes'],
  key: string,
  { type, message, stack }: ErrorDetail,
  ownStack: string | undefined,
): Record<string, unknown> | undefined {
  const { 'exception.message': saidMessage, 'exception.stacktrace': saidStack, [key]: json } = attributes
  if (saidMessage !== undefined || saidStack !== undefined) {
    // Pino's own serializer strings the causes together.
    const isStrung = startsWith(saidMessage, message) && startsWith(saidStack, ownStack)
    return isStrung ? { 'exception.message': message, 'exception.stacktrace': stack } : undefined
  }
  if (typeof json !== 'object' || json === null || 'message' in json || 'stack' in json) return undefined
  return { error: { ...json, type, message, stack } }
}

// Runs inside of the application's log call; Node reports what it throws as uncaught.
function remember(line: unknown): void {
  last = undefined
  try {
    const { arguments: made, result } = line as LineMade
    const [fields, message] = [made[0], made[1]]
    const json = typeof result === 'string' ? result : ''
    const { error, shadowed } = lookInto(fields, message, json)
    const isNeeded = error !== undefined || LONG_INTEGER.test(json)
    if (!isNeeded && shadowed === undefined) return
    last = { error, shadowed: shadowed ?? {}, json: isNeeded ? json : undefined }
    // A logger that OpenTelemetry does not listen to leaves it behind.
    queueMicrotask(forget)
  } catch {
    // A getter of the application's.
  }
}

function lookInto(
  fields: unknown,
  message: unknown,
  json: string,
): { error?: PinoLine['error']; shadowed?: Fields } {
  if (typeof fields !== 'object' || fields === null) return {}
  let error: PinoLine['error']
  let shadowed: Fields | undefined
  let count = 0
  for (const key in fields) {
    if (++count > MAX_KEYS) break
    const value = (fields as Fields)[key]
    if (error === undefined && typeof value === 'object' && value !== null && isError(value)) {
      error = { key, thrown: value }
    }
    if (!OWN_NAMES.has(key) || typeof value === 'object' || typeof value === 'function') continue
    // Without another message, `msg` is the message.
    if (key === 'msg' && message === undefined) continue
    if (isWritten(json, key, value)) shadowed = { ...shadowed, [key]: value }
  }
  return { error, ...(shadowed && { shadowed }) }
}

/** Whether pino has written the field as it is, and not redacted it. */
function isWritten(json: string, key: string, value: unknown): boolean {
  const written = typeof value === 'bigint' ? String(value) : JSON.stringify(value)
  return json.includes(`"${key}":${written}`)
}

function forget(): void {
  last = undefined
}

function startsWith(text: unknown, beginning: string | undefined): boolean {
  return typeof text === 'string' && beginning !== undefined && text.startsWith(beginning)
}
