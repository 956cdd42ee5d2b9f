/** The seconds that a bench may take within `npm run bench`; Infinity where it runs by itself. */
export const SECONDS = Number(process.env.BENCH_SECONDS ?? Number.POSITIVE_INFINITY)

/** Since the process of the bench has started. */
export function secondsPassed() {
  return performance.now() / 1000
}
