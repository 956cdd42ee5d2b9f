import type { Query } from './query.js'
import type { Span } from './shapes.js'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 6, 12].map((count) => count * HOUR),
  ...[1, 2, 7, 30, 90, 365].map((count) => count * DAY),
]
const MAX_PARTS = 120
const LEAST_MS = 30 * SECOND
/**
 * Times outside of the main range, at most this share of all, are ignored: one wrong time would squeeze all others into
 * one part.
 */
const STRAY_SHARE = 0.005

/**
 * The time range that a query asks for, in at most 120 parts. Without `from` or `to` the range reaches from the oldest
 * of the given times to now, or to the newest of them when that is more than an hour ago.
 */
export function spanOf(query: Query, times: readonly number[], now: number, maxParts = MAX_PARTS): Span {
  const sorted = Float64Array.from(times).sort()
  const strays = Math.floor(sorted.length * STRAY_SHARE)
  const newest = sorted[sorted.length - 1 - strays] ?? now
  const to = query.toMs ?? (newest < now - HOUR ? newest : Math.max(newest, now))
  const oldest = query.fromMs ?? Math.min(sorted[strays] ?? to, to - LEAST_MS)
  const length = Math.max(1, to - oldest)
  const stepMs = STEPS.find((step) => length / step <= maxParts - 1) ?? Math.ceil(length / (maxParts - 1))
  const from = Math.floor(oldest / stepMs) * stepMs
  const count = Math.min(maxParts, Math.floor((to - from) / stepMs) + 1)
  return { from, to, stepMs, times: Array.from({ length: count }, (_, index) => from + index * stepMs) }
}

/** The index of the part that contains a time; undefined outside of the range. */
export function partOf(span: Span, time: number): number | undefined {
  const part = Math.floor((time - span.from) / span.stepMs)
  return part >= 0 && part < span.times.length ? part : undefined
}

export function zeros(span: Span): number[] {
  return new Array<number>(span.times.length).fill(0)
}

/** Counts in a part of a range; `part` is undefined for a time outside of it. */
export function add(counts: number[], part: number | undefined, by = 1): void {
  if (part !== undefined) counts[part] = (counts[part] ?? 0) + by
}
