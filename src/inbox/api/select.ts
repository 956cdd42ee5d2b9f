import type { Log } from '../../wire/log.js'
import type { RequestEntry } from '../../wire/request-entry.js'
import { groupOf } from '../data/error-groups.js'
import { Rest } from '../data/rest.js'
import type { Entry, Ring } from '../data/ring.js'
import { metadataText } from './metadata-text.js'
import type { Query } from './query.js'

/** The entries that pass the filters, the latest arrival first, at most `limit` of them. Searches in slices. */
export async function select<T extends { timestamp: string }>(
  ring: Ring<T>,
  query: Query,
  passes: (value: T) => boolean,
  limit = query.limit,
): Promise<Entry<T>[]> {
  const found: Entry<T>[] = []
  const rest = new Rest()
  for (const entry of ring.newestFirst()) {
    if (found.length >= limit || entry.seq <= (query.afterSeq ?? 0)) break
    if (rest.isDue()) await rest.turn()
    if (query.beforeSeq !== undefined && entry.seq >= query.beforeSeq) continue
    if (query.fromMs !== undefined && entry.time < query.fromMs) continue
    if (query.toMs !== undefined && entry.time > query.toMs) continue
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
    (query.user === undefined || userOf(log) === query.user) &&
    (query.session === undefined || log.session_id === query.session) &&
    (query.environment === undefined || log.environment === query.environment) &&
    (query.version === undefined || log.version === query.version) &&
    (query.fingerprint === undefined || groupOf(log) === query.fingerprint) &&
    (query.tags === undefined || query.tags.every((tag) => log.tags?.includes(tag))) &&
    (query.metadata === undefined ||
      query.metadata.every(([key, wanted]) => metadataText(log, key) === wanted)) &&
    (query.text === undefined || logContains(log, query.text))
}

/** Filters request entries. An entry has no level and no trace, so for such filters the logs of its request decide. */
export async function requestPasses(
  query: Query,
  logs: Ring<Log>,
): Promise<(entry: RequestEntry) => boolean> {
  const ids = await requestIdsOf(query, logs)
  return (entry) =>
    (ids === undefined || ids.has(entry.request_id)) &&
    (query.service === undefined || entry.service === query.service) &&
    (query.environment === undefined || entry.environment === query.environment) &&
    (query.version === undefined || entry.version === query.version) &&
    (query.route === undefined || entry.route === query.route) &&
    (query.method === undefined || entry.method === query.method) &&
    (query.requestId === undefined || entry.request_id === query.requestId) &&
    (query.status === undefined || statusPasses(entry.status_code, query.status)) &&
    (query.text === undefined || entry.path.toLowerCase().includes(query.text))
}

/** Filters that need the logs of a request. */
const OF_LOGS = ['levels', 'traceId', 'user', 'session', 'fingerprint', 'tags', 'metadata'] as const

async function requestIdsOf(query: Query, logs: Ring<Log>): Promise<Set<string> | undefined> {
  const asked: Query = { limit: 0 }
  for (const name of OF_LOGS) if (query[name] !== undefined) Object.assign(asked, { [name]: query[name] })
  if (Object.keys(asked).length === 1) return undefined
  const ids = new Set<string>()
  const passes = logPasses(asked)
  const rest = new Rest()
  for (const { value } of logs.newestFirst()) {
    if (rest.isDue()) await rest.turn()
    if (value.request_id !== undefined && passes(value)) ids.add(value.request_id)
  }
  return ids
}

/** The user's id, which a log may have in one of two fields. */
export function userOf(log: Log): string | undefined {
  return log.user_id ?? log.user?.id
}

function statusPasses(status: number | undefined, wanted: string): boolean {
  if (status === undefined) return false
  return wanted.endsWith('xx') ? Math.floor(status / 100) === Number(wanted[0]) : status === Number(wanted)
}

/** Searches the message first: most searches match there, and the search is cheap. */
function logContains(log: Log, text: string): boolean {
  if (log.message.toLowerCase().includes(text)) return true
  const { message: _message, breadcrumbs: _breadcrumbs, _sdk, ...rest } = log
  return JSON.stringify(rest).toLowerCase().includes(text)
}
