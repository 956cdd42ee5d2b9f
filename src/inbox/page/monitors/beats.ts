import type { Monitor } from '../../data/monitors.js'

/** A ping that came or was missed. Its place is a share of the visible time. */
export interface Beat {
  readonly time: number
  readonly place: number
  readonly isMissed: boolean
}

/** The pings of a monitor on a time line that ends now, or with the next expected ping. */
export interface TimeLine {
  readonly from: number
  readonly to: number
  readonly beats: readonly Beat[]
  /** Places of the present moment and of the next expected ping. */
  readonly now: number
  readonly next: number | undefined
}

/** A gap longer than this many intervals contains missed pings. */
const GAP = 1.6
const MAX_MISSED_A_GAP = 30

/** The pings from the first known one to now, with the missed ones between them. */
export function timeLineOf(monitor: Monitor, now: number): TimeLine {
  const { pings, intervalMs } = monitor
  const from = pings[0] ?? now
  const next = nextPing(monitor)
  const to = Math.max(now, next ?? now)
  const placeOf = (time: number) => Math.min(1, Math.max(0, (time - from) / Math.max(1, to - from)))
  const beats: Omit<Beat, 'place'>[] = []
  pings.forEach((time, index) => {
    beats.push({ time, isMissed: false })
    if (intervalMs !== null) beats.push(...missedBetween(time, pings[index + 1] ?? now, intervalMs))
  })
  return {
    from,
    to,
    beats: beats.map((beat) => ({ ...beat, place: placeOf(beat.time) })),
    now: placeOf(now),
    next: next === undefined || next < now ? undefined : placeOf(next),
  }
}

/** When the next ping is expected; undefined before the interval is known. */
export function nextPing({ pings, intervalMs }: Monitor): number | undefined {
  const last = pings.at(-1)
  return last === undefined || intervalMs === null ? undefined : last + intervalMs
}

/** Number of pings that should have come since the last one. */
export function missedNow({ pings, intervalMs }: Monitor, now: number): number {
  return intervalMs === null ? 0 : missedBetween(pings.at(-1) ?? now, now, intervalMs).length
}

export function missedBetween(
  from: number,
  to: number,
  intervalMs: number,
): { time: number; isMissed: true }[] {
  // An interval of one second is rarely exact.
  const beat = Math.max(intervalMs, 1000)
  if (to - from < beat * GAP) return []
  const count = Math.min(MAX_MISSED_A_GAP, Math.round((to - from) / beat) - 1)
  return Array.from({ length: count }, (_, index) => ({
    time: from + ((index + 1) * (to - from)) / (count + 1),
    isMissed: true as const,
  }))
}
