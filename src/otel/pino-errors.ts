import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { isError } from '../any-realm.js'
import type { LogRecordLike } from '../translate/otel.js'
import { describeThrown } from '../translate/thrown.js'
import type { ErrorDetail } from '../wire/log.js'
import type { Completed } from './complete-record.js'

/** The bridge that hands on what pino writes. */
export const PINO = '@opentelemetry/instrumentation-pino'

interface PinoError {
  readonly key: string
  readonly thrown: Error
}

/** Where pino, since 9.10, tells of each line it has made. */
const LINE_MADE = 'tracing:pino_asJson:end'
const MOST_KEYS = 64

let users = 0
let last: PinoError | undefined

/**
 * Watches what pino's lines are made of, until the function it gives is called. A line reaches OpenTelemetry
 * as JSON, where an error under any key but pino's own has lost its message and stack, and any error its
 * identity.
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
 * The record of a pino line with the error that the line was given, and with what its JSON has lost. What pino
 * was told to redact stays so: only a message and stack that are not there at all are filled in, and the
 * causes are set apart only where pino wrote them into both.
 */
export function completePino(record: LogRecordLike): Completed {
  if (last === undefined) return { record }
  const { key, thrown } = last
  last = undefined
  const { error, causes, ownStack } = describeThrown(thrown)
  const added = lostFields(record.attributes, key, error, causes.length > 0 ? ownStack : undefined)
  if (added === undefined) return { record, thrown, ownStack }
  if (causes.length > 0) added['error.causes'] = causes
  return { record: copyOf(record, { ...record.attributes, ...added }), thrown, ownStack }
}

/** @param ownStack of an error that has causes */
function lostFields(
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
    const given = (line as { arguments: ArrayLike<unknown> }).arguments[0]
    if (typeof given !== 'object' || given === null) return
    let count = 0
    for (const key in given) {
      if (++count > MOST_KEYS) return
      const value = (given as Record<string, unknown>)[key]
      if (typeof value !== 'object' || !isError(value)) continue
      last = { key, thrown: value }
      // A logger that OpenTelemetry does not listen to leaves it behind.
      queueMicrotask(forget)
      return
    }
  } catch {
    // A getter of the application's.
  }
}

function forget(): void {
  last = undefined
}

function startsWith(text: unknown, beginning: string | undefined): boolean {
  return typeof text === 'string' && beginning !== undefined && text.startsWith(beginning)
}

/** A new object: the record belongs to the SDK and to the processors after us. */
function copyOf(record: LogRecordLike, attributes: LogRecordLike['attributes']): LogRecordLike {
  return {
    hrTime: record.hrTime,
    hrTimeObserved: record.hrTimeObserved,
    spanContext: record.spanContext,
    severityText: record.severityText,
    severityNumber: record.severityNumber,
    body: record.body,
    eventName: record.eventName,
    resource: record.resource,
    instrumentationScope: record.instrumentationScope,
    attributes,
    droppedAttributesCount: record.droppedAttributesCount,
  }
}
