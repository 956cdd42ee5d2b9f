import type { Level } from '../wire/level.js'
import type { Log } from '../wire/log.js'
import { level, number, text } from './attribute-value.js'
import { translateBody } from './body.js'
import { Draft } from './draft.js'
import { draftError } from './error-parts.js'
import { exceptionFromAttributes } from './exception.js'
import { assembleLog } from './log-assembly.js'
import type { AttributesLike, InstrumentationScopeLike, LogRecordLike } from './otel.js'
import { toPlain } from './plain.js'
import { type PrintedError, printedError } from './printed-error.js'
import { readProperty, readText } from './property.js'
import type { ResourceFields } from './resource.js'
import { severityLevel, textLevel } from './severity.js'
import { UNKNOWN_ERROR } from './thrown.js'
import { hrTimeToIso, millisToIso } from './time.js'
import { translateTrace } from './trace.js'
import { tidyWinston, WINSTON } from './winston-error.js'

/** The instrumentation scope of the bridge for `console`. */
export const CONSOLE = '@opentelemetry/instrumentation-console'

/** Rust's tracing names an event without a name of its own by its position: `event src/main.rs:12`. */
const PLACE_OF_CODE = /^event (\S+:\d+)$/

/** The message of a record without any text. */
export const NO_MESSAGE = '(no message)'

/**
 * Translates an OpenTelemetry log record. Every record becomes a legal log, whatever the shape of its body and
 * attributes, also where getters throw or fields have a wrong type. The record is not changed.
 *
 * @param resource the result of {@link translateResource} for the record's resource; the record's own fields win
 * @param now returns milliseconds since 1970; called only when the record has no time
 */
export function translateLogRecord(
  record: LogRecordLike,
  resource: ResourceFields,
  now: () => number = Date.now,
): Log {
  try {
    return translate(record, resource, now)
  } catch {
    return translate(readableCopy(record), resource, now)
  }
}

function translate(record: LogRecordLike, resource: ResourceFields, now: () => number): Log {
  const draft = new Draft(resource.metadata)
  const isWinston = record.instrumentationScope?.name === WINSTON
  draft.takeAll(isWinston ? tidyWinston(record.attributes) : record.attributes)
  const spoken = draftLevel(draft) ?? severityLevel(record.severityNumber, record.severityText)
  const body = translateBody(record.body)
  const saidMessage = draft.peekText('error', 'message')
  const olderEventName = draft.peekText('parts', 'eventName')
  const input = draftError(draft, spoken === 'error' || spoken === 'fatal', body.thrown)
  const printed = input === undefined ? printedBy(record) : undefined
  const error = input ?? (printed && exceptionFromAttributes(undefined, printed.message, printed.stack).error)
  const eventName = text(record.eventName)
  // An exception's message is used before the event's name, unless it is the placeholder for an unknown error.
  const errorMessage = error?.message === UNKNOWN_ERROR ? undefined : error?.message
  const fallback = errorMessage ?? saidMessage ?? eventName ?? olderEventName ?? error?.message ?? NO_MESSAGE
  noteRecord(draft, record, body.structure)
  const place = eventName === undefined ? undefined : PLACE_OF_CODE.exec(eventName)?.[1]
  if (place !== undefined) draft.note('event.name', eventName)
  return assembleLog(
    draft,
    {
      level: spoken ?? (error === undefined ? 'info' : 'error'),
      message: printed?.text ?? body.message ?? fallback,
      timestamp:
        hrTimeToIso(record.hrTime) ?? hrTimeToIso(record.hrTimeObserved) ?? millisToIso(Math.floor(now())),
      body: body.structure === undefined ? body.message : undefined,
      action: place === undefined ? eventName : undefined,
      source: place,
      trace: translateTrace(record.spanContext),
      error,
    },
    resource,
  )
}

/** For console only the printed text is available; other loggers pass the error itself. */
function printedBy({ instrumentationScope, body }: LogRecordLike): PrintedError | undefined {
  const isConsole = instrumentationScope?.name === CONSOLE
  return isConsole && typeof body === 'string' ? printedError(body) : undefined
}

function draftLevel(draft: Draft): Level | undefined {
  return draft.hasTaken ? level(draft.peekText('log', 'level')) : undefined
}

function noteRecord(draft: Draft, record: LogRecordLike, structure: unknown): void {
  if (structure !== undefined) draft.note('body', structure)
  noteScope(draft, record.instrumentationScope)
  draft.noteCount('otel.dropped_attributes_count', record.droppedAttributesCount, draft.dropped)
  const { severityText } = record
  // A custom level ("AUDIT") carries more than the level of its number, so its text is kept.
  if (typeof severityText === 'string' && severityText !== '' && textLevel(severityText) === undefined) {
    draft.note('severity_text', toPlain(severityText))
  }
}

/** Stores the name of the logger or tracer that wrote the record. */
export function noteScope(draft: Draft, scope: InstrumentationScopeLike | undefined): void {
  if (scope === undefined || scope === null) return
  if (typeof scope.name === 'string' && scope.name !== '') draft.note('otel.scope.name', toPlain(scope.name))
  if (scope.attributes === undefined) return
  for (const _ in scope.attributes) {
    draft.note('otel.scope.attributes', toPlain(scope.attributes))
    return
  }
}

/** A copy of a record that throws when it is read, with every part that can be read. */
function readableCopy(record: unknown): LogRecordLike {
  const context = readProperty(record, 'spanContext')
  const scopeName = readText(readProperty(record, 'instrumentationScope'), 'name')
  return {
    hrTime: readTime(record, 'hrTime'),
    hrTimeObserved: readTime(record, 'hrTimeObserved'),
    spanContext: {
      traceId: readText(context, 'traceId') ?? '',
      spanId: readText(context, 'spanId') ?? '',
    },
    severityText: readText(record, 'severityText'),
    severityNumber: number(toPlain(readProperty(record, 'severityNumber'))),
    body: toPlain(readProperty(record, 'body')),
    eventName: readText(record, 'eventName'),
    resource: { attributes: {} },
    instrumentationScope: { name: scopeName ?? '' },
    attributes: readAttributes(record),
    droppedAttributesCount: number(toPlain(readProperty(record, 'droppedAttributesCount'))) ?? 0,
  }
}

function readTime(record: unknown, key: string): [number, number] {
  const time = toPlain(readProperty(record, key))
  return Array.isArray(time) ? [number(time[0]) ?? 0, number(time[1]) ?? 0] : [0, 0]
}

function readAttributes(record: unknown): AttributesLike {
  const attributes = toPlain(readProperty(record, 'attributes'))
  return typeof attributes === 'object' && attributes !== null ? (attributes as AttributesLike) : {}
}
