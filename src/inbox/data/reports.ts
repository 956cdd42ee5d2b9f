import { isObject } from '../schema/check.js'
import { RecentMap } from './recent-map.js'
import { cut, shortKey } from './short-key.js'

/** What a client says of itself: what it dropped and what it still holds. No call to Lognitor tells that. */
export interface Report {
  service: string
  /** ISO 8601, by the inbox's clock. */
  at: string
  /** Logs and request entries that wait in memory. */
  queued: number
  inFlight: number
  /** Logs and request entries that are on disk only. */
  spooled: number
  /** Drops by reason. */
  dropped: Record<string, number>
  /** Why nothing is sent, such as `backoff`; null while sending is allowed. */
  holding: string | null
}

const MAX_REPORTS = 200
const MAX_REASONS = 50

/** The latest report of each service. */
export class Reports<T extends { service: string } = Report> {
  readonly #reports = new RecentMap<T>(MAX_REPORTS)

  add(report: T): void {
    this.#reports.set(shortKey(report.service), report)
  }

  /** The latest report first. */
  list(): T[] {
    return this.#reports.values().reverse()
  }

  clear(): void {
    this.#reports.clear()
  }
}

/** Reads `{ service, stats }`, where `stats` is what `client.stats()` gave. Gives a sentence otherwise. */
export function parseReport(value: unknown, now: number): Report | string {
  if (!isObject(value) || !isObject(value.stats))
    return 'A report must be an object with "service" and "stats".'
  const { service, stats } = value
  if (typeof service !== 'string') return '"service" must be a string.'
  const dropped = isObject(stats.dropped) ? stats.dropped : {}
  return {
    service: cut(service, 200),
    at: new Date(now).toISOString(),
    queued: count(stats.queued),
    inFlight: count(stats.inFlight),
    spooled: count(stats.spooled),
    dropped: Object.fromEntries(
      Object.entries(dropped)
        .slice(0, MAX_REASONS)
        .map(([reason, number]) => [cut(reason, 100), count(number)]),
    ),
    holding: typeof stats.holding === 'string' ? cut(stats.holding, 100) : null,
  }
}

function count(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0
}
