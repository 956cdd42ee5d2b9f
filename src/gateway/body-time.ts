import type { HrTime } from '../translate/otel.js'
import { hrTimeToMillis } from '../translate/time.js'

/**
 * The time, in milliseconds since 1970, of what has none itself: the latest that anything in the same body
 * has. The clock would say something else when the body comes again. A body in which nothing has a time
 * begins in 1970, where a time that is not known stands in OTLP too.
 */
export function bodyTime<T>(items: Iterable<T>, timesOf: (item: T) => Iterable<HrTime>): () => number {
  let latest: number | undefined
  return () => {
    if (latest !== undefined) return latest
    latest = 0
    for (const item of items) {
      for (const time of timesOf(item)) latest = Math.max(latest, hrTimeToMillis(time) ?? 0)
    }
    return latest
  }
}
