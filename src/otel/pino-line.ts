import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { isError } from '../common/any-realm.js'
import { parseExact } from '../common/json.js'
import type { LogRecordLike } from '../translate/otel.js'
import { describeThrown } from '../translate/thrown.js'
import { millisToHrTime } from '../translate/time.js'
import type { ErrorDetail, Fields } from '../wire/log.js'
import type { Completed } from './completed.js'
import { ownFields } from './own-fields.js'
import { copyOf } from './record-copy.js'

/** The instrumentation scope of the bridge for pino. */
export const PINO = '@opentelemetry/instrumentation-pino'

/** The parts of a line that its JSON has lost. */
interface PinoLine {
  /** The errors among the fields, and their keys. The first is the error of the log. */
  readonly errors: readonly KeyedError[]
  /** Fields of the application with the name of one of pino's own fields. */
  readonly shadowed: Fields
  /** The JSON, where the line has an error or an integer that a double cannot hold exactly. */
  readonly json: string | undefined
}

interface KeyedError {
  readonly key: string
  readonly thrown: Error
}

/** What pino publishes for each line. */
interface LineMade {
  /** The fields, the message, the level's number, and the time as JSON. */
  readonly arguments: ArrayLike<unknown>
  readonly result?: unknown
}

/** The channel on which pino publishes each line, since 9.10. */
const LINE_MADE = 'tracing:pino_asJson:end'
const MAX_KEYS = 64
const MAX_ERRORS = 8
/** The names of pino's own fields. The bridge treats a field of such a name as pino's, whoever wrote it. */
const OWN_NAMES: ReadonlySet<string> = new Set(['time', 'level', 'msg', 'pid', 'hostname'])
/** The shortest integer that a double may not hold has 16 digits. */
const LONG_INTEGER = /\d{16}/

let users = 0
let last: PinoLine | undefined

/**
 * Observes how pino builds its lines, until the returned function is called. The bridge receives a line as JSON, which
 * loses three things: message and stack of an error under any key but pino's own, and the identity of every error; the
 * last digits of an integer beyond 2^53; and a field of the application whose name pino uses itself.
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
 * The record of a pino line, completed by what its JSON has lost. What pino redacted stays redacted: message and stack
 * are filled in only where both are missing, and causes are separated only where pino wrote them into both.
 */
export function completePino(record: LogRecordLike): Completed {
  if (last === undefined) return { record }
  const { errors, shadowed, json } = last
  last = undefined
  const [error, ...others] = errors
  const line = json === undefined ? {} : (parseExact(json) ?? {})
  const attributes = { ...record.attributes, ...exactFields(record.attributes, line), ...shadowed }
  for (const { key, thrown } of others) {
    const { error: detail } = describeThrown(thrown)
    if (isEmptied(attributes[key])) attributes[key] = withDetail(attributes[key], detail)
  }
  const hrTime = 'time' in shadowed ? millisToHrTime(Date.now()) : record.hrTime
  if (error === undefined) return { record: copyOf(record, { attributes, hrTime }) }
  const { thrown, key } = error
  const { error: detail, causes, ownStack } = describeThrown(thrown)
  const added = lostParts(record.attributes, key, detail, causes.length > 0 ? ownStack : undefined)
  if (added !== undefined && causes.length > 0) added['error.causes'] = causes
  const kept = key in attributes ? {} : ownFieldsIn(line, key)
  const whole = copyOf(record, { attributes: { ...attributes, ...kept, ...added }, hrTime })
  return { record: whole, thrown, ownStack }
}

/** The attributes as the line has them, integers beyond 2^53 with all digits. */
function exactFields(attributes: LogRecordLike['attributes'], line: Fields): Fields {
  return Object.fromEntries(Object.entries(line).filter(([key]) => key in attributes && !OWN_NAMES.has(key)))
}

/** The properties of the error under pino's own key that the bridge drops: all but type, message and stack. */
function ownFieldsIn(line: Fields, key: string): Fields {
  const json = line[key]
  const fields = typeof json === 'object' && json !== null ? ownFields(json) : undefined
  return fields === undefined ? {} : { [key]: fields }
}

/** @param ownStack given for an error that has causes */
function lostParts(
  attributes: LogRecordLike['attributes'],
  key: string,
  detail: ErrorDetail,
  ownStack: string | undefined,
): Record<string, unknown> | undefined {
  const { 'exception.message': saidMessage, 'exception.stacktrace': saidStack, [key]: json } = attributes
  if (saidMessage !== undefined || saidStack !== undefined) {
    // Pino's serializer appends the message and the stack of each cause to those of the error.
    const { message, stack } = detail
    const isStrung = startsWith(saidMessage, message) && startsWith(saidStack, ownStack)
    return isStrung ? { 'exception.message': message, 'exception.stacktrace': stack } : undefined
  }
  return isEmptied(json) ? { error: withDetail(json, detail) } : undefined
}

/** Whether this is the JSON of an error under a key that pino has no serializer for. */
function isEmptied(json: unknown): json is object {
  return typeof json === 'object' && json !== null && !('message' in json) && !('stack' in json)
}

function withDetail(json: object, { type, message, stack }: ErrorDetail): Fields {
  return { ...json, type, message, stack }
}

// Runs inside the application's log call. Node reports what a subscriber throws as an uncaught exception.
function remember(line: unknown): void {
  last = undefined
  try {
    const { arguments: made, result } = line as LineMade
    const [fields, message] = [made[0], made[1]]
    const json = typeof result === 'string' ? result : ''
    const { errors, shadowed } = lookInto(fields, message, json)
    const isNeeded = errors.length > 0 || LONG_INTEGER.test(json)
    if (!isNeeded && shadowed === undefined) return
    last = { errors, shadowed: shadowed ?? {}, json: isNeeded ? json : undefined }
    // A logger that OpenTelemetry does not instrument would leave the line behind for the next record.
    queueMicrotask(forget)
  } catch {
    // A getter of the application threw.
  }
}

function lookInto(
  fields: unknown,
  message: unknown,
  json: string,
): { errors: KeyedError[]; shadowed?: Fields } {
  if (typeof fields !== 'object' || fields === null) return { errors: [] }
  const errors: KeyedError[] = []
  let shadowed: Fields | undefined
  let count = 0
  for (const key in fields) {
    if (++count > MAX_KEYS) break
    const value = (fields as Fields)[key]
    if (errors.length < MAX_ERRORS && typeof value === 'object' && value !== null && isError(value)) {
      errors.push({ key, thrown: value })
    }
    if (!OWN_NAMES.has(key) || typeof value === 'object' || typeof value === 'function') continue
    // Without a message argument, the field `msg` is the message.
    if (key === 'msg' && message === undefined) continue
    if (isWritten(json, key, value)) shadowed = { ...shadowed, [key]: value }
  }
  return { errors, ...(shadowed && { shadowed }) }
}

/** Whether pino has written the field's value unchanged, and so has not redacted it. */
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
