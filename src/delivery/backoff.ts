const LEAST_MS = 100
/** The longest wait of our own. */
export const LONGEST_BACKOFF_MS = 30_000

/**
 * How long to wait after the nth failure in a row (from 0): 2^n seconds, a quarter more or less by
 * chance so that a fleet does not come back at once, within 0.1 and 30 seconds.
 */
export function backoffMs(failures: number, random: () => number): number {
  const plain = 1000 * 2 ** Math.min(failures, 10)
  const jittered = plain * (0.75 + random() * 0.5)
  return Math.min(LONGEST_BACKOFF_MS, Math.max(LEAST_MS, jittered))
}
