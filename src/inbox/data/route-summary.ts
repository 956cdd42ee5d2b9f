import type { RequestEntry } from '../../wire/request-entry.js'
import { percentile } from './percentile.js'

/** The requests of one route. Times are in milliseconds. */
export interface RouteSummary {
  method: string
  /**
   * The framework's route template. `(no route)` collects all requests without one, because paths are unlimited in
   * number.
   */
  route: string
  count: number
  /** Share of requests answered with 500 or above, from 0 to 1. */
  errorRate: number
  p50: number
  p95: number
  p99: number
}

const MAX_ROUTES = 1000

/** Groups requests by method and route, the most frequent first. Routes beyond 1000 are collected as `(other)`. */
export function summarizeRoutes(entries: Iterable<RequestEntry>): RouteSummary[] {
  const routes = new Map<string, { method: string; route: string; errors: number; durations: number[] }>()
  for (const entry of entries) {
    const route = entry.route ?? '(no route)'
    let key = `${entry.method} ${route}`
    let known = routes.get(key)
    if (known === undefined && routes.size >= MAX_ROUTES) {
      key = '(other)'
      known = routes.get(key)
    }
    if (known === undefined) {
      known = {
        method: key === '(other)' ? '*' : entry.method,
        route: key === '(other)' ? key : route,
        errors: 0,
        durations: [],
      }
      routes.set(key, known)
    }
    known.durations.push(entry.duration_ms)
    if ((entry.status_code ?? 0) >= 500) known.errors++
  }
  return Array.from(routes.values(), ({ method, route, errors, durations }) => {
    const sorted = Float64Array.from(durations).sort()
    return {
      method,
      route,
      count: sorted.length,
      errorRate: errors / sorted.length,
      p50: percentile(sorted, 0.5),
      p95: percentile(sorted, 0.95),
      p99: percentile(sorted, 0.99),
    }
  }).sort((a, b) => b.count - a.count)
}
