import { createHash } from 'node:crypto'
import type { Log } from '../../wire/log.js'
import { RecentMap } from './recent-map.js'
import { cut, shortKey } from './short-key.js'
import { Trend, type TrendWord } from './trend.js'

/** All occurrences of one error. */
export interface ErrorGroup {
  fingerprint: string
  type: string
  message: string
  /** Number of occurrences. A summary of held-back errors counts as `dedupCount` of them. */
  count: number
  /** Number of different users affected; counting ends at {@link MAX_USERS}. */
  users: number
  /** ISO 8601, by the logs' own times. */
  firstSeen: string
  lastSeen: string
  trend: TrendWord
  /** Occurrences by time of arrival in the last hour, in twelve parts, the oldest first. */
  history: number[]
  /** The version that was running when the error was first seen. */
  introducedIn: string | null
  service: string | null
  services: string[]
  level: string
  stack: string | null
  lastTraceId: string | null
  lastRequestId: string | null
}

/** Most users that are told apart in one group. */
const MAX_USERS = 2000
const MAX_GROUPS = 1000
const MAX_SERVICES = 20

interface Group extends Omit<ErrorGroup, 'trend' | 'history' | 'users'> {
  readonly userKeys: Set<string>
  readonly times: Trend
}

/**
 * Groups errors by fingerprint, or by type and message when a log has none. The least recent groups are dropped first.
 */
export class ErrorGroups {
  readonly #groups = new RecentMap<Group>(MAX_GROUPS)

  /**
   * Counts a log that has an error. @returns whether the log opened a new group; undefined for a log without an error
   */
  add(log: Log, at: number): 'new' | 'known' | undefined {
    if (!isError(log)) return undefined
    const key = groupKey(log)
    const group = this.#groups.get(key)
    if (group === undefined) this.#groups.set(key, open(log, key))
    update(this.#groups.get(key), log, at)
    return group === undefined ? 'new' : 'known'
  }

  get count(): number {
    return this.#groups.size
  }

  /** All groups, the latest first. */
  list(now: number): ErrorGroup[] {
    return this.#groups
      .values()
      .reverse()
      .map(({ userKeys, times, ...group }) => ({
        ...group,
        users: userKeys.size,
        trend: times.word(now),
        history: times.history(now),
      }))
  }

  clear(): void {
    this.#groups.clear()
  }
}

/** Whether a log is the summary of errors that its client held back. A summary comes seconds after those errors. */
export function isSummary(log: Log): boolean {
  return typeof log.metadata?.dedupCount === 'number'
}

/** How many occurrences a log stands for: a summary of held-back errors for `dedupCount`, any other log for one. */
export function occurrences(log: Log): number {
  const count = log.metadata?.dedupCount
  return typeof count === 'number' && Number.isSafeInteger(count) && count > 0 ? count : 1
}

/** The fingerprint of a log's group; undefined for a log without an error. */
export function groupOf(log: Log): string | undefined {
  return isError(log) ? groupKey(log) : undefined
}

/** Only a log with an error object counts as an error; one at level error without it stays among the logs. */
function isError(log: Log): boolean {
  const isSevere = log.level === 'error' || log.level === 'fatal'
  return isSevere && (log.error !== undefined || log.fingerprint !== undefined)
}

function groupKey(log: Log): string {
  return shortKey(log.fingerprint ?? `${log.error?.type}|${log.error?.message}`)
}

function open(log: Log, key: string): Group {
  return {
    fingerprint: key,
    type: cut(log.error?.type ?? '', 200),
    message: '',
    count: 0,
    firstSeen: log.timestamp,
    lastSeen: log.timestamp,
    introducedIn: log.version === undefined ? null : cut(log.version, 200),
    service: null,
    services: [],
    level: log.level,
    stack: null,
    lastTraceId: null,
    lastRequestId: null,
    userKeys: new Set(),
    times: new Trend(),
  }
}

function update(group: Group | undefined, log: Log, at: number): void {
  if (group === undefined) return
  const count = occurrences(log)
  group.count += count
  group.times.add(at, count)
  group.level = log.level
  // The last summary of the official clients has only the fingerprint, and a message without the error's name.
  if (log.error !== undefined || group.message === '')
    group.message = cut(log.error?.message ?? log.message, 2000)
  if (log.error !== undefined && group.type === '') group.type = cut(log.error.type, 200)
  if (Date.parse(log.timestamp) < Date.parse(group.firstSeen)) group.firstSeen = log.timestamp
  if (Date.parse(log.timestamp) > Date.parse(group.lastSeen)) group.lastSeen = log.timestamp
  if (log.error?.stack !== undefined) group.stack = cut(log.error.stack, 8000)
  if (log.trace !== undefined) group.lastTraceId = cut(log.trace.trace_id, 200)
  if (log.request_id !== undefined) group.lastRequestId = cut(log.request_id, 200)
  countService(group, log.service)
  countUser(group, log.user_id ?? log.user?.id)
}

function countService(group: Group, service: string | undefined): void {
  if (service === undefined) return
  group.service = cut(service, 200)
  if (group.services.includes(group.service) || group.services.length >= MAX_SERVICES) return
  group.services.push(group.service)
}

function countUser(group: Group, user: string | undefined): void {
  if (user === undefined || group.userKeys.size >= MAX_USERS) return
  // Eleven characters of the hash, so that 2000 of them in each of 1000 groups stay small.
  group.userKeys.add(createHash('sha256').update(user).digest('base64url').slice(0, 11))
}
