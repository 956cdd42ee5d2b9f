import { LEVELS, type Level } from '../../wire/level.js'
import { ANSWERS, type Answer } from '../data/calls.js'
import { groupOf, occurrences } from '../data/error-groups.js'
import { percentile } from '../data/percentile.js'
import { Rest } from '../data/rest.js'
import type { Store } from '../data/store.js'
import type { Reply } from '../http/reply.js'
import type { FaultChange } from '../service/faults.js'
import type { Query } from './query.js'
import { logPasses, requestPasses, select } from './select.js'
import type { CallsAnswer, ErrorSeriesAnswer, FacetsAnswer, LatencyAnswer, VolumeAnswer } from './shapes.js'
import { add, partOf, spanOf, zeros } from './span.js'

const MAX_SERVICES = 100
const MAX_GROUPS = 500
const SPARK_PARTS = 40

/** `GET /inbox/api/volume` */
export async function viewVolume(store: Store, query: Query, now: number): Promise<Reply> {
  const found = await select(store.logs, query, logPasses(query), Number.POSITIVE_INFINITY)
  const span = spanOf(
    query,
    found.map((entry) => entry.time),
    now,
  )
  const levels = Object.fromEntries(LEVELS.map((level) => [level, zeros(span)])) as Record<Level, number[]>
  for (const { time, value } of found) add(levels[value.level], partOf(span, time))
  return { status: 200, json: { ...span, levels, total: found.length } satisfies VolumeAnswer }
}

/** `GET /inbox/api/latency` */
export async function viewLatency(store: Store, query: Query, now: number): Promise<Reply> {
  const passes = await requestPasses(query, store.logs)
  const found = await select(store.requests, query, passes, Number.POSITIVE_INFINITY)
  const span = spanOf(
    query,
    found.map((entry) => entry.time),
    now,
  )
  const statuses = { '2xx': zeros(span), '3xx': zeros(span), '4xx': zeros(span), '5xx': zeros(span) }
  const durations: number[][] = span.times.map(() => [])
  let failed = 0
  const rest = new Rest()
  for (const { time, value } of found) {
    if (rest.isDue()) await rest.turn()
    const part = partOf(span, time)
    if (part !== undefined) durations[part]?.push(value.duration_ms)
    // A request entry from a span without a status has none, and none is invented.
    if (value.status_code === undefined) continue
    add(statuses[classOf(value.status_code)], part)
    if (value.status_code >= 500) failed++
  }
  const sorted = durations.map((part) => Float64Array.from(part).sort())
  const at = (share: number) => sorted.map((part) => (part.length === 0 ? null : percentile(part, share)))
  const all = Float64Array.from(found, (entry) => entry.value.duration_ms).sort()
  const answer: LatencyAnswer = {
    ...span,
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
    statuses,
    summary: {
      count: all.length,
      perMinute: all.length / Math.max(1 / 60, (span.to - span.from) / 60_000),
      errorRate: all.length === 0 ? 0 : failed / all.length,
      p50: percentile(all, 0.5),
      p95: percentile(all, 0.95),
      p99: percentile(all, 0.99),
    },
  }
  return { status: 200, json: answer }
}

/** `GET /inbox/api/calls` */
export function viewCalls(store: Store, query: Query, faults: readonly FaultChange[], now: number): Reply {
  const seconds = store.calls.list()
  const span = spanOf(
    query,
    seconds.map(({ time }) => time),
    now,
  )
  const answers = Object.fromEntries(ANSWERS.map((name) => [name, zeros(span)])) as Record<Answer, number[]>
  for (const { time, counts } of seconds)
    for (const name of ANSWERS) add(answers[name], partOf(span, time), counts[name])
  return { status: 200, json: { ...span, answers, faults: [...faults] } satisfies CallsAnswer }
}

/** `GET /inbox/api/error-series` */
export async function viewErrorSeries(store: Store, query: Query, now: number): Promise<Reply> {
  const passes = logPasses(query)
  const found = await select(
    store.logs,
    query,
    (log) => groupOf(log) !== undefined && passes(log),
    Number.POSITIVE_INFINITY,
  )
  const span = spanOf(
    query,
    found.map((entry) => entry.time),
    now,
    SPARK_PARTS,
  )
  const groups = new Map<string, number[]>()
  for (const { time, value } of found) {
    const key = groupOf(value) ?? ''
    const counts = groups.get(key) ?? zeros(span)
    if (!groups.has(key) && groups.size >= MAX_GROUPS) continue
    groups.set(key, counts)
    add(counts, partOf(span, time), occurrences(value))
  }
  return {
    status: 200,
    json: { ...span, groups: Object.fromEntries(groups) } satisfies ErrorSeriesAnswer,
  }
}

/** `GET /inbox/api/facets`: values to choose from. Each list ignores its own filter. */
export async function viewFacets(store: Store, query: Query): Promise<Reply> {
  const { levels: wantedLevels, service: wantedService, ...others } = query
  const levels = Object.fromEntries(LEVELS.map((level) => [level, 0])) as Record<Level, number>
  const services = new Map<string, number>()
  const passes = logPasses(others)
  const rest = new Rest()
  for (const { value } of store.logs.newestFirst()) {
    if (rest.isDue()) await rest.turn()
    const ofService = wantedService === undefined || value.service === wantedService
    const ofLevel = wantedLevels === undefined || wantedLevels.includes(value.level)
    if (!(ofService || ofLevel) || !passes(value)) continue
    if (ofService) levels[value.level]++
    if (ofLevel) count(services, value.service)
  }
  for (const { value } of store.requests.newestFirst())
    if (!services.has(value.service ?? '')) count(services, value.service, 0)
  const sorted = Array.from(services, ([value, count]) => ({ value, count })).sort(
    (a, b) => b.count - a.count,
  )
  return { status: 200, json: { levels, services: sorted.slice(0, MAX_SERVICES) } satisfies FacetsAnswer }
}

function count(counts: Map<string, number>, name: string | undefined, by = 1): void {
  if (name === undefined || (!counts.has(name) && counts.size >= MAX_SERVICES * 10)) return
  counts.set(name, (counts.get(name) ?? 0) + by)
}

function classOf(status: number): '2xx' | '3xx' | '4xx' | '5xx' {
  if (status >= 500) return '5xx'
  if (status >= 400) return '4xx'
  return status >= 300 ? '3xx' : '2xx'
}
