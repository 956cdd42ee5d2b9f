import type { Log } from '../../wire/log.js'
import type { RequestEntry } from '../../wire/request-entry.js'
import { isSummary, occurrences } from '../data/error-groups.js'
import type { Entry } from '../data/ring.js'
import type { Store } from '../data/store.js'
import { type Reply, refusal } from '../http/reply.js'
import { type MoreColumn, OF_METADATA } from './columns.js'
import { metadataText } from './metadata-text.js'
import type { Query } from './query.js'
import { logPasses, requestPasses, select, userOf } from './select.js'
import type { LogRow, RequestRow } from './shapes.js'
import { list } from './views.js'

const MESSAGE_LENGTH = 300
const TEXT_LENGTH = 200
const MAX_TAGS = 10
const MAX_FIELDS = 6
const FIELD_LENGTH = 60
/** A log that arrives later than this after its time stands where it arrives. */
const LATE_MS = 10_000

/** `GET /inbox/api/rows` */
export async function viewRows(store: Store, query: Query): Promise<Reply> {
  const seq = store.logs.lastSeq
  const found = await select(store.logs, query, logPasses(query))
  return list('rows', found, { seq }, (entry) => logRow(entry, query.columns))
}

/** `GET /inbox/api/logs/12`: one whole log by its sequence number. */
export function viewLog(store: Store, seq: number): Reply {
  const entry = store.logs.at(seq)
  if (entry === undefined) return refusal(404, 'The inbox no longer has this log, or never had it.')
  return { status: 200, json: { seq, time: entry.time, at: entry.at, log: entry.value } }
}

/** `GET /inbox/api/request-rows` */
export async function viewRequestRows(store: Store, query: Query): Promise<Reply> {
  const isSlowest = query.sort === 'slowest'
  const limit = isSlowest ? Number.POSITIVE_INFINITY : query.limit
  const found = await select(store.requests, query, await requestPasses(query, store.logs), limit)
  if (isSlowest) found.sort((a, b) => b.value.duration_ms - a.value.duration_ms)
  return list('requests', found.slice(0, query.limit), {}, requestRow)
}

/** `GET /inbox/api/request-rows/12`: one request entry by its sequence number. */
export function viewRequestRow(store: Store, seq: number): Reply {
  const entry = store.requests.at(seq)
  if (entry === undefined) return refusal(404, 'The inbox no longer has this request, or never had it.')
  return { status: 200, json: requestRow(entry) }
}

export function logRow({ seq, time, at, value: log }: Entry<Log>, columns: readonly string[] = []): LogRow {
  const place = Math.min(at, Math.max(time, at - LATE_MS))
  const row: LogRow = { seq, time, level: log.level, message: log.message.slice(0, MESSAGE_LENGTH) }
  if (place !== time) row.place = place
  const texts = {
    service: log.service,
    error: log.error?.type,
    trace: log.trace?.trace_id,
    request: log.request_id,
    user: userOf(log),
    session: log.session_id,
  }
  for (const [name, text] of Object.entries(texts)) {
    if (text !== undefined) Object.assign(row, { [name]: text.slice(0, TEXT_LENGTH) })
  }
  if (isSummary(log)) row.repeats = occurrences(log)
  const fields = fieldsOf(log)
  if (fields.length > 0) row.fields = fields
  if (log.tags !== undefined && log.tags.length > 0) {
    row.tags = log.tags.slice(0, MAX_TAGS).map((tag) => tag.slice(0, TEXT_LENGTH))
  }
  for (const name of columns) {
    const text = columnText(log, name)?.slice(0, TEXT_LENGTH)
    if (text !== undefined) row.columns = { ...row.columns, [name]: text }
  }
  return row
}

const READ: Readonly<Record<MoreColumn, (log: Log) => string | undefined>> = {
  version: (log) => log.version,
  environment: (log) => log.environment,
  host: (log) => log.hostname,
  action: (log) => log.action,
  source: (log) => log.source,
}

function columnText(log: Log, name: string): string | undefined {
  if (name.startsWith(OF_METADATA)) return metadataText(log, name.slice(OF_METADATA.length))
  return READ[name as MoreColumn](log)
}

/** Keys that the package itself puts into each log say nothing about this one. */
const NO_FIELD = /^(log\.record\.uid|process\.|otel\.|thread\.|dedup)/

function fieldsOf({ metadata, service }: Log): string[] {
  const fields: string[] = []
  for (const key in metadata) {
    if (fields.length >= MAX_FIELDS) break
    const value = metadata[key]
    if (typeof value === 'object' || value === undefined || value === service || NO_FIELD.test(key)) continue
    fields.push(`${key.slice(0, FIELD_LENGTH)}=${String(value).slice(0, FIELD_LENGTH)}`)
  }
  return fields
}

export function requestRow({ seq, time, value }: Entry<RequestEntry>): RequestRow {
  const cut = Object.entries(value).map(([name, field]) => [
    name,
    typeof field === 'string' ? field.slice(0, 2000) : field,
  ])
  return { ...(Object.fromEntries(cut) as RequestEntry), seq, time }
}
