const LEAST_MS = 100
/** The longest backoff, in ms. */
export const LONGEST_BACKOFF_MS = 30_000

/**
 * The wait in ms after the nth consecutive failure (from 0): 2^n seconds, with 25 % of jitter either way so that the
 * processes of a fleet do not retry together. At least 0.1 and at most 30 seconds.
 */
export function backoffMs(failures: number, random: () => number): number {
  const plain = 1000 * 2 ** Math.min(failures, 10)
  const jittered = plain * (0.75 + random() * 0.5)
  return Math.min(LONGEST_BACKOFF_MS, Math.max(LEAST_MS, jittered))
}
