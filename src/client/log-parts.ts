import { setField } from '../translate/property.js'
import { instantToIso, textToIso } from '../translate/time.js'
import { isLevel } from '../wire/level.js'
import type { Breadcrumb, RequestDetail, Trace, User } from '../wire/log.js'
import { fields, items, number, text, whole } from './input.js'

/** Most breadcrumbs that a single log may carry. */
const MOST_BREADCRUMBS = 1000

/** A breadcrumb with its defaults. Undefined for a value that is not a breadcrumb. */
export function toBreadcrumb(input: unknown, now: string): Breadcrumb | undefined {
  const crumb = fields(input)
  if (crumb === undefined) return undefined
  const data = fields(crumb.data)
  return {
    type: text(crumb.type) ?? 'default',
    category: text(crumb.category) ?? 'custom',
    message: text(crumb.message) ?? '',
    level: isLevel(crumb.level) ? crumb.level : 'info',
    timestamp: toTimestamp(crumb.timestamp) ?? now,
    ...(data && { data }),
  }
}

export function toBreadcrumbs(input: unknown, now: string): Breadcrumb[] | undefined {
  return items(input)
    ?.slice(-MOST_BREADCRUMBS)
    .flatMap((crumb) => toBreadcrumb(crumb, now) ?? [])
}

/**
 * Keeps every property as it is written, except those that must be texts: a number becomes a text, a list is left out.
 */
export function toUser(input: unknown): User | undefined {
  const user = fields(input)
  if (user === undefined) return undefined
  for (const name of ['id', 'email', 'name']) {
    const given = user[name]
    // Without a look at a text, which is a copy already, and without `delete` for a name that is not there.
    if (typeof given === 'string' || given === undefined) continue
    const value = text(given)
    if (value === undefined) delete user[name]
    else user[name] = value
  }
  return user as User
}

export function toRequest(input: unknown): RequestDetail | undefined {
  const request = fields(input)
  if (request === undefined) return undefined
  const detail: RequestDetail = {}
  const method = text(request.method)
  if (method !== undefined) detail.method = method
  const url = text(request.url)
  if (url !== undefined) detail.url = url
  const path = text(request.path)
  if (path !== undefined) detail.path = path
  const status = whole(request.statusCode ?? request.status_code)
  if (status !== undefined) detail.status_code = status
  const durationMs = number(request.durationMs ?? request.duration_ms)
  if (durationMs !== undefined) detail.duration_ms = durationMs
  const ip = text(request.ip)
  if (ip !== undefined) detail.ip = ip
  const userAgent = text(request.userAgent ?? request.user_agent)
  if (userAgent !== undefined) detail.user_agent = userAgent
  return detail
}

/**
 * Renames `durationMs` and `memoryMb` to their wire names; other measurements stay as they are written.
 * @param durationMs the duration measured by a timer; it wins over the input
 */
export function toPerf(input: unknown, durationMs?: number): Record<string, number> | undefined {
  const perf = fields(input)
  if (perf === undefined && durationMs === undefined) return undefined
  const figures: Record<string, number> = {}
  for (const name in perf) {
    const figure = number(perf[name])
    if (figure !== undefined) setField(figures, wireName(name), figure)
  }
  if (durationMs !== undefined) figures.duration_ms = durationMs
  return figures
}

function wireName(name: string): string {
  if (name === 'durationMs') return 'duration_ms'
  return name === 'memoryMb' ? 'memory_mb' : name
}

export function toTrace(input: unknown): Trace | undefined {
  const trace = fields(input)
  const traceId = text(trace?.traceId ?? trace?.trace_id)
  if (traceId === undefined) return undefined
  const spanId = text(trace?.spanId ?? trace?.span_id)
  return spanId === undefined ? { trace_id: traceId } : { trace_id: traceId, span_id: spanId }
}

/** In a plain copy, dates are already ISO strings. */
function toTimestamp(input: unknown): string | undefined {
  if (typeof input === 'string') return textToIso(input)
  return typeof input === 'number' ? instantToIso(input) : undefined
}
