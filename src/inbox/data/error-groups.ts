import { createHash } from 'node:crypto'
import type { Log } from '../../wire/log.js'
import { RecentMap } from './recent-map.js'
import { cut, shortKey } from './short-key.js'
import { Trend, type TrendWord } from './trend.js'

/** All occurrences of one failure. */
export interface ErrorGroup {
  fingerprint: string
  type: string
  message: string
  /** Occurrences: a log that stands for several, by its `dedupCount`, counts as those. */
  count: number
  /** Different users it happened to; counting ends at {@link MAX_USERS}. */
  users: number
  /** ISO 8601, by the logs' own time. */
  firstSeen: string
  lastSeen: string
  trend: TrendWord
  /** Occurrences by arrival over the last hour, in twelfths, the oldest first. */
  history: number[]
  /** The version that was running when it was first seen. */
  introducedIn: string | null
  service: string | null
  services: string[]
  level: string
  stack: string | null
  lastTraceId: string | null
  lastRequestId: string | null
}

/** Most users told apart in one group. */
const MAX_USERS = 2000
const MAX_GROUPS = 1000
const MAX_SERVICES = 20

interface Group extends Omit<ErrorGroup, 'trend' | 'history' | 'users'> {
  readonly userKeys: Set<string>
  readonly times: Trend
}

/** Groups errors by fingerprint, or where there is none by type and message. The least recent groups go first. */
export class ErrorGroups {
  readonly #groups = new RecentMap<Group>(MAX_GROUPS)

  /** Counts a log if it is an error. @returns whether it opened a group, or nothing when it is no error. */
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

  /** All groups, the most recent first. */
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

/** Whether a log is the summary of errors that its client held back, which comes seconds after what it sums up. */
export function isSummary(log: Log): boolean {
  return typeof log.metadata?.dedupCount === 'number'
}

/** How many occurrences a log stands for: a summary of held-back errors for `dedupCount` of them, else one. */
export function occurrences(log: Log): number {
  const count = log.metadata?.dedupCount
  return typeof count === 'number' && Number.isSafeInteger(count) && count > 0 ? count : 1
}

/** The fingerprint of the group that a log belongs to; nothing for a log that is no error. */
export function groupOf(log: Log): string | undefined {
  return isError(log) ? groupKey(log) : undefined
}

/** An error is what carries one: an error line in plain words belongs to the logs alone. */
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
  // The official clients' last summary has the fingerprint alone, and a message that says nothing of the error.
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
  // Eleven characters of the hash: short enough for 2000 in each of 1000 groups.
  group.userKeys.add(createHash('sha256').update(user).digest('base64url').slice(0, 11))
}
