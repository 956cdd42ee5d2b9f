import type { Log } from '../../wire/log.js'
import type { RequestEntry } from '../../wire/request-entry.js'
import type { Entry, Ring } from '../data/ring.js'
import type { Query } from './query.js'

/** The entries that pass, last arrived first, at most `limit` of them. */
export function select<T extends { timestamp: string }>(
  ring: Ring<T>,
  query: Query,
  passes: (value: T) => boolean,
  limit = query.limit,
): Entry<T>[] {
  const found: Entry<T>[] = []
  for (const entry of ring.newestFirst()) {
    if (found.length >= limit || entry.seq <= (query.afterSeq ?? 0)) break
    if (query.fromMs !== undefined && !(Date.parse(entry.value.timestamp) >= query.fromMs)) continue
    if (passes(entry.value)) found.push(entry)
  }
  return found
}

export function logPasses(query: Query): (log: Log) => boolean {
  return (log) =>
    (query.levels === undefined || query.levels.includes(log.level)) &&
    (query.service === undefined || log.service === query.service) &&
    (query.traceId === undefined || log.trace?.trace_id === query.traceId) &&
    (query.requestId === undefined || log.request_id === query.requestId) &&
    (query.text === undefined || logContains(log, query.text))
}

/** A request entry has no level and no trace: it passes by the logs that were written in it. */
export function requestPasses(query: Query, logs: Ring<Log>): (entry: RequestEntry) => boolean {
  const ids = requestIdsOf(query, logs)
  return (entry) =>
    (ids === undefined || ids.has(entry.request_id)) &&
    (query.service === undefined || entry.service === query.service) &&
    (query.route === undefined || entry.route === query.route) &&
    (query.method === undefined || entry.method === query.method) &&
    (query.requestId === undefined || entry.request_id === query.requestId) &&
    (query.status === undefined || statusPasses(entry.status_code, query.status)) &&
    (query.text === undefined || entry.path.toLowerCase().includes(query.text))
}

function requestIdsOf({ levels, traceId }: Query, logs: Ring<Log>): Set<string> | undefined {
  if (levels === undefined && traceId === undefined) return undefined
  const ids = new Set<string>()
  const passes = logPasses({ ...(levels && { levels }), ...(traceId && { traceId }), limit: 0 })
  for (const { value } of logs.newestFirst()) {
    if (value.request_id !== undefined && passes(value)) ids.add(value.request_id)
  }
  return ids
}

function statusPasses(status: number | undefined, wanted: string): boolean {
  if (status === undefined) return false
  return wanted.endsWith('xx') ? Math.floor(status / 100) === Number(wanted[0]) : status === Number(wanted)
}

/** The message first: it is what is looked for most, and cheap. */
function logContains(log: Log, text: string): boolean {
  if (log.message.toLowerCase().includes(text)) return true
  const { message: _message, breadcrumbs: _breadcrumbs, _sdk, ...rest } = log
  return JSON.stringify(rest).toLowerCase().includes(text)
}
