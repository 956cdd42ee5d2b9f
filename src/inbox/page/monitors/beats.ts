import type { Monitor } from '../../data/monitors.js'

/** A ping that came or was missed. Its place is a share of the visible time. */
export interface Beat {
  readonly time: number
  readonly place: number
  readonly isMissed: boolean
}

/** A gap longer than this many intervals contains missed pings. */
const GAP = 1.6
const MAX_MISSED_A_GAP = 30

/** The pings from the first known one to now, with the missed ones between them. */
export function beatsOf({ pings, intervalMs }: Monitor, now: number): Beat[] {
  const first = pings[0] ?? now
  const span = Math.max(1, now - first)
  const beats: { time: number; isMissed: boolean }[] = []
  pings.forEach((time, index) => {
    beats.push({ time, isMissed: false })
    if (intervalMs !== null) beats.push(...missedBetween(time, pings[index + 1] ?? now, intervalMs))
  })
  return beats.map((beat) => ({ ...beat, place: Math.min(1, Math.max(0, (beat.time - first) / span)) }))
}

/** Number of pings that should have come since the last one. */
export function missedNow({ pings, intervalMs }: Monitor, now: number): number {
  return intervalMs === null ? 0 : missedBetween(pings.at(-1) ?? now, now, intervalMs).length
}

function missedBetween(from: number, to: number, intervalMs: number): { time: number; isMissed: true }[] {
  // An interval of one second is rarely exact.
  const beat = Math.max(intervalMs, 1000)
  if (to - from < beat * GAP) return []
  const count = Math.min(MAX_MISSED_A_GAP, Math.round((to - from) / beat) - 1)
  return Array.from({ length: count }, (_, index) => ({
    time: from + ((index + 1) * (to - from)) / (count + 1),
    isMissed: true as const,
  }))
}
