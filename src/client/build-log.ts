import { toPlain } from '../translate/plain.js'
import { describeThrown } from '../translate/thrown.js'
import type { Level } from '../wire/level.js'
import { isLevel } from '../wire/level.js'
import type { Breadcrumb, ErrorDetail, Fields, Log, RequestDetail, Trace, User } from '../wire/log.js'
import type { BreadcrumbOptions, LogOptions } from './log-options.js'

/** What a log call makes before the pipeline completes it. */
export interface BuiltLog {
  readonly log: Log
  /** The error that was given, for knowing it again. */
  readonly thrown?: unknown
  readonly ownStack?: string | undefined
}

/**
 * A wire log of what a call said. Anything may be given for anything, since plain JavaScript checks nothing:
 * what does not fit its field is left out, foreign values become plain ones, and nothing is shared with the
 * caller's objects.
 */
export function buildLog(level: Level, message: unknown, options: LogOptions, timestamp: string): BuiltLog {
  const log: Log = { level, message: '', timestamp }
  const error = options.error ?? (message instanceof Error ? message : undefined)
  const metadata = fields(options.metadata)
  if (metadata) log.metadata = metadata
  const described = error === undefined || error === null ? undefined : describeError(error, log)
  log.message = toMessage(message, log.error)
  put(log, 'tags', texts(options.tags))
  put(log, 'user', toUser(options.user))
  put(log, 'request', toRequest(options.request))
  put(log, 'perf', toPerf(options.perf))
  put(log, 'trace', toTrace(options.trace))
  put(log, 'deploy', fields(options.deploy))
  put(log, 'action', text(options.action))
  put(log, 'session_id', text(options.sessionId))
  put(log, 'request_id', text(options.requestId))
  put(log, 'release_id', text(options.releaseId))
  put(log, 'fingerprint', text(options.fingerprint))
  put(log, 'breadcrumbs', toBreadcrumbs(options.breadcrumbs, timestamp))
  put(log, 'notify', typeof options.notify === 'boolean' ? options.notify : undefined)
  put(log, 'notify_channels', texts(options.notifyChannels))
  put(log, 'source', text(options.source))
  put(log, 'device', fields(options.device))
  return described ? { log, ...described } : { log }
}

/** A breadcrumb with its defaults. */
export function toBreadcrumb(given: BreadcrumbOptions, now: string): Breadcrumb {
  const data = fields(given.data)
  return {
    type: text(given.type) ?? 'default',
    category: text(given.category) ?? 'custom',
    message: text(given.message) ?? '',
    level: isLevel(given.level) ? given.level : 'info',
    timestamp: toTimestamp(given.timestamp) ?? now,
    ...(data && { data }),
  }
}

export function toUser(given: unknown): User | undefined {
  const user = fields(given)
  if (user === undefined) return undefined
  if (user.id !== undefined && user.id !== null) user.id = String(user.id)
  return user as User
}

/** A plain copy of an object; undefined for everything else. */
export function fields(given: unknown): Fields | undefined {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return undefined
  const plain = toPlain(given)
  return typeof plain === 'object' && plain !== null && !Array.isArray(plain) ? (plain as Fields) : undefined
}

export function texts(given: unknown): string[] | undefined {
  if (!Array.isArray(given)) return undefined
  return given.slice(0, 256).map((item) => text(item) ?? JSON.stringify(toPlain(item)) ?? '')
}

function put<K extends keyof Log>(log: Log, field: K, value: Log[K] | undefined): void {
  if (value !== undefined) log[field] = value
}

function text(given: unknown): string | undefined {
  if (typeof given === 'string') return given
  return typeof given === 'number' || typeof given === 'bigint' || typeof given === 'boolean'
    ? String(given)
    : undefined
}

function number(given: unknown): number | undefined {
  return typeof given === 'number' && Number.isFinite(given) ? given : undefined
}

function toMessage(message: unknown, error: ErrorDetail | undefined): string {
  if (typeof message === 'string') return message
  if (message instanceof Error || message === undefined) return error?.message ?? ''
  return text(message) ?? JSON.stringify(toPlain(message)) ?? ''
}

/** `{ type, message, ... }` as it stands, or whatever was thrown. */
function describeError(error: unknown, log: Log): Omit<BuiltLog, 'log'> {
  const detail = toErrorDetail(error)
  if (detail !== undefined) {
    log.error = detail
    return {}
  }
  const { error: described, causes, ownStack, code } = describeThrown(error)
  log.error = described
  if (causes.length > 0 || code !== undefined) {
    log.metadata = {
      ...log.metadata,
      ...(causes.length > 0 && { 'error.causes': causes }),
      ...(code !== undefined && { 'error.code': code }),
    }
  }
  return { thrown: error, ownStack }
}

function toErrorDetail(error: unknown): ErrorDetail | undefined {
  if (error instanceof Error) return undefined
  const given = fields(error)
  if (typeof given?.type !== 'string' || typeof given.message !== 'string') return undefined
  const detail: ErrorDetail = { type: given.type, message: given.message }
  const read = <K extends keyof ErrorDetail>(field: K, value: ErrorDetail[K] | undefined) => {
    if (value !== undefined) detail[field] = value
  }
  read('stack', text(given.stack))
  read('filename', text(given.filename))
  read('line_number', number(given.lineNumber ?? given.line_number))
  read('context_line', text(given.contextLine ?? given.context_line))
  read('pre_context', texts(given.preContext ?? given.pre_context))
  read('post_context', texts(given.postContext ?? given.post_context))
  return detail
}

function toRequest(given: unknown): RequestDetail | undefined {
  const request = fields(given)
  if (request === undefined) return undefined
  const detail: RequestDetail = {}
  const read = <K extends keyof RequestDetail>(field: K, value: RequestDetail[K] | undefined) => {
    if (value !== undefined) detail[field] = value
  }
  read('method', text(request.method))
  read('url', text(request.url))
  read('path', text(request.path))
  read('status_code', number(request.statusCode ?? request.status_code))
  read('duration_ms', number(request.durationMs ?? request.duration_ms))
  read('ip', text(request.ip))
  read('user_agent', text(request.userAgent ?? request.user_agent))
  return detail
}

/** `durationMs` and `memoryMb` by their wire names, own figures as they are written. */
function toPerf(given: unknown): Record<string, number> | undefined {
  const perf = fields(given)
  if (perf === undefined) return undefined
  const names: Readonly<Record<string, string>> = { durationMs: 'duration_ms', memoryMb: 'memory_mb' }
  const figures = Object.entries(perf).flatMap(([name, value]) => {
    const figure = number(value)
    return figure === undefined ? [] : [[Object.hasOwn(names, name) ? names[name] : name, figure] as const]
  })
  return Object.fromEntries(figures)
}

function toTrace(given: unknown): Trace | undefined {
  const trace = fields(given)
  const traceId = text(trace?.traceId ?? trace?.trace_id)
  if (traceId === undefined) return undefined
  const spanId = text(trace?.spanId ?? trace?.span_id)
  return spanId === undefined ? { trace_id: traceId } : { trace_id: traceId, span_id: spanId }
}

function toBreadcrumbs(given: unknown, now: string): Breadcrumb[] | undefined {
  if (!Array.isArray(given)) return undefined
  return given.slice(-1000).map((crumb) => toBreadcrumb(Object(crumb) as BreadcrumbOptions, now))
}

function toTimestamp(given: unknown): string | undefined {
  const date =
    given instanceof Date
      ? given
      : typeof given === 'string' || typeof given === 'number'
        ? new Date(given)
        : undefined
  return date === undefined || Number.isNaN(date.getTime()) ? undefined : date.toISOString()
}
