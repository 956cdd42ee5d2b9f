import { RecentMap } from './recent-map.js'

/** The state of one heartbeat, derived from its pings. */
export interface Monitor {
  token: string
  count: number
  /** ISO 8601, by the inbox's clock. */
  firstPing: string
  lastPing: string
  /** The usual time between two pings: the median of the last ten intervals; null before the second ping. */
  intervalMs: number | null
  /** The last ten intervals between pings, in milliseconds, the oldest first. */
  intervals: number[]
  /** Times of the last sixty pings, in milliseconds since the epoch, the oldest first. */
  pings: number[]
  /** `late` when more than twice the usual interval has passed without a ping; `waiting` before the second ping. */
  state: 'waiting' | 'on_time' | 'late'
  late: boolean
}

interface Pings {
  count: number
  first: number
  last: number
  intervals: number[]
  times: number[]
}

const MAX_MONITORS = 1000
const KEPT_INTERVALS = 10
const KEPT_PINGS = 60
/** A ping may always be this late: a timer of one second is rarely exact. */
const GRACE_MS = 1000

export class Monitors {
  readonly #pings = new RecentMap<Pings>(MAX_MONITORS)

  ping(token: string, now: number): void {
    const known = this.#pings.get(token)
    if (known === undefined) {
      this.#pings.set(token, { count: 1, first: now, last: now, intervals: [], times: [now] })
      return
    }
    known.intervals = [...known.intervals, Math.max(0, now - known.last)].slice(-KEPT_INTERVALS)
    known.times = [...known.times, now].slice(-KEPT_PINGS)
    known.count++
    known.last = now
  }

  /** All monitors, the latest ping first. */
  list(now: number): Monitor[] {
    return this.#pings
      .entries()
      .reverse()
      .map(([token, pings]) => describe(token, pings, now))
  }

  clear(): void {
    this.#pings.clear()
  }
}

function describe(token: string, pings: Pings, now: number): Monitor {
  const intervalMs = median(pings.intervals)
  const late = intervalMs !== null && now - pings.last > 2 * intervalMs + GRACE_MS
  return {
    token,
    count: pings.count,
    firstPing: new Date(pings.first).toISOString(),
    lastPing: new Date(pings.last).toISOString(),
    intervalMs,
    intervals: [...pings.intervals],
    pings: [...pings.times],
    state: intervalMs === null ? 'waiting' : late ? 'late' : 'on_time',
    late,
  }
}

function median(numbers: readonly number[]): number | null {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? null
}
