import { LEVELS } from '../../wire/level.js'
import { isMoreColumn, MAX_COLUMNS, MORE_COLUMNS, OF_METADATA } from './columns.js'

/** The filters of a call. Each is optional. */
export interface Query {
  levels?: readonly string[]
  service?: string
  traceId?: string
  requestId?: string
  /** The user's id. */
  user?: string
  session?: string
  environment?: string
  version?: string
  /** Fingerprint of an error group. */
  fingerprint?: string
  /** Tags that a log must have, all of them. */
  tags?: readonly string[]
  /** Metadata keys and their values as text. */
  metadata?: readonly (readonly [key: string, value: string])[]
  /** Text to search for, in lower case. */
  text?: string
  route?: string
  method?: string
  /** A status code, or a class such as `5xx`. */
  status?: string
  /** Arrived after this sequence number. */
  afterSeq?: number
  /** Written at or after this time, in milliseconds since the epoch. */
  fromMs?: number
  /** Written at or before this time. */
  toMs?: number
  /** Arrived before this sequence number. */
  beforeSeq?: number
  /** Parts of logs that their rows have too. */
  columns?: readonly string[]
  /** `slowest`; otherwise the latest arrival comes first. */
  sort?: string
  limit: number
}

const DEFAULT_LIMIT = 100

/** Parses the filters. Gives a sentence that says what is wrong with them otherwise. An empty filter is no filter. */
export function parseQuery(parameters: URLSearchParams): Query | string {
  const query: Query = { limit: DEFAULT_LIMIT }
  const levels = given(parameters, 'level')?.split(',')
  if (levels !== undefined) {
    if (!levels.every((level) => (LEVELS as readonly string[]).includes(level))) {
      return `"level" must be one of ${LEVELS.join(', ')}, or several separated by commas.`
    }
    query.levels = levels
  }
  for (const [name, field] of TEXTS) {
    const text = given(parameters, name)
    if (text !== undefined) query[field] = text
  }
  const text = given(parameters, 'q')
  if (text !== undefined) query.text = text.toLowerCase()
  if (query.status !== undefined && !/^[1-5](\d\d|xx)$/.test(query.status))
    return '"status" must be a code such as 404 or a class such as 5xx.'
  const tags = parameters.getAll('tag').filter(Boolean)
  if (tags.length > 0) query.tags = tags
  const metadata = parameters.getAll('meta').filter(Boolean)
  if (!metadata.every((pair) => pair.includes(':'))) return '"meta" must have the form key:value.'
  if (metadata.length > 0) query.metadata = metadata.map(splitPair)
  const columns = parameters.getAll('column').filter(Boolean)
  if (columns.length > MAX_COLUMNS || !columns.every(isMoreColumn))
    return `"column" must be one of ${MORE_COLUMNS.join(', ')}, or ${OF_METADATA}key, at most ${MAX_COLUMNS} times.`
  if (columns.length > 0) query.columns = columns
  for (const [name, field] of NUMBERS) {
    const number = given(parameters, name)
    if (number === undefined) continue
    if (!/^\d{1,15}$/.test(number)) return `"${name}" must be a whole number.`
    query[field] = Number(number)
  }
  return withSince(query, given(parameters, 'since'))
}

/** A cursor at the last entry that a reader has read, for the next call's `since`. */
export function cursorAt(seq: number): string {
  return `c${seq}`
}

const TEXTS = [
  ['service', 'service'],
  ['trace_id', 'traceId'],
  ['request_id', 'requestId'],
  ['route', 'route'],
  ['method', 'method'],
  ['status', 'status'],
  ['user', 'user'],
  ['session', 'session'],
  ['environment', 'environment'],
  ['version', 'version'],
  ['fingerprint', 'fingerprint'],
  ['sort', 'sort'],
] as const

const NUMBERS = [
  ['limit', 'limit'],
  ['before', 'beforeSeq'],
  ['from', 'fromMs'],
  ['to', 'toMs'],
] as const

function splitPair(pair: string): [key: string, value: string] {
  const end = pair.indexOf(':')
  return [pair.slice(0, end), pair.slice(end + 1)]
}

function given(parameters: URLSearchParams, name: string): string | undefined {
  return parameters.get(name) || undefined
}

/** `since` is one of our cursors, milliseconds since the epoch, or a date. */
function withSince(query: Query, since: string | undefined): Query | string {
  if (since === undefined) return query
  if (/^c\d{1,15}$/.test(since)) return { ...query, afterSeq: Number(since.slice(1)) }
  const fromMs = /^\d{1,15}$/.test(since) ? Number(since) : Date.parse(since)
  return Number.isNaN(fromMs)
    ? '"since" must be a cursor, a date, or milliseconds since the epoch.'
    : { ...query, fromMs }
}
