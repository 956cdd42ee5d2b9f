import type { Log } from '../../wire/log.js'
import type { RequestEntry } from '../../wire/request-entry.js'
import { isSummary } from '../data/error-groups.js'
import { Rest } from '../data/rest.js'
import type { Entry } from '../data/ring.js'
import type { Store } from '../data/store.js'
import { type Reply, refusal } from '../http/reply.js'
import type { Query } from './query.js'
import { logRow, requestRow } from './rows.js'
import { logPasses, select } from './select.js'
import type { TimelineAnswer, TraceSummary } from './shapes.js'

const MAX_LOGS = 2000
const MAX_IDS = 200
/** How many of the newest logs with a trace id are searched for traces. */
const MAX_TRACED_LOGS = 20_000

/** `GET /inbox/api/timeline?trace_id=` or `?request_id=`: the request's whole trace, and all requests of the trace. */
export async function viewTimeline(store: Store, query: Query): Promise<Reply> {
  if (query.traceId === undefined && query.requestId === undefined) {
    return refusal(400, 'This call takes "trace_id" or "request_id".')
  }
  const traces = new Set(query.traceId === undefined ? [] : [query.traceId])
  const requests = new Set(query.requestId === undefined ? [] : [query.requestId])
  if (query.requestId !== undefined)
    await collect(store, (log) => log.request_id === query.requestId, traces, traceOf)
  await collect(
    store,
    (log) => traces.has(traceOf(log) ?? ''),
    requests,
    (log) => log.request_id,
  )
  const logs = await select(
    store.logs,
    { limit: MAX_LOGS },
    (log) => traces.has(traceOf(log) ?? '') || requests.has(log.request_id ?? ''),
  )
  const entries = await select(store.requests, { limit: MAX_LOGS }, (entry) => requests.has(entry.request_id))
  const answer: TimelineAnswer = {
    logs: byTime(logs).map((entry) => logRow(entry)),
    requests: byTime(entries).map(requestRow),
    traces: [...traces],
  }
  return { status: 200, json: answer }
}

/** `GET /inbox/api/traces`: the trace with the latest log first. */
export async function viewTraces(store: Store, query: Query): Promise<Reply> {
  const passes = logPasses(query)
  const found = await select(
    store.logs,
    { ...query, limit: MAX_TRACED_LOGS },
    (log) => log.trace !== undefined && passes(log),
  )
  const traces = new Map<string, TraceSummary>()
  const byRequest = new Map<string, TraceSummary>()
  for (const { time, value } of found) {
    const id = traceOf(value) ?? ''
    const known = traces.get(id)
    if (known === undefined && traces.size >= query.limit) continue
    const trace = known ?? {
      trace: id,
      from: time,
      to: Number.NEGATIVE_INFINITY,
      logs: 0,
      errors: 0,
      services: [],
      name: '',
    }
    traces.set(id, trace)
    addLog(trace, value, time)
    if (value.request_id !== undefined) byRequest.set(value.request_id, trace)
  }
  nameByRequest(byRequest, store.requests.newestFirst())
  const json = Array.from(traces.values(), (trace) => ({
    ...trace,
    to: Math.max(trace.from, trace.to),
  }))
  return { status: 200, json: { traces: json } }
}

function addLog(trace: TraceSummary, log: Log, time: number): void {
  // Batches of several services arrive in any order.
  if (time <= trace.from) trace.name = log.message.slice(0, 200)
  trace.from = Math.min(trace.from, time)
  if (!isSummary(log)) trace.to = Math.max(trace.to, time)
  trace.logs++
  if (log.level === 'error' || log.level === 'fatal') trace.errors++
  if (log.service !== undefined && !trace.services.includes(log.service) && trace.services.length < 10)
    trace.services.push(log.service.slice(0, 200))
}

/** Names each trace after its earliest request, and takes its duration from there. */
function nameByRequest(
  byRequest: ReadonlyMap<string, TraceSummary>,
  entries: Iterable<Entry<RequestEntry>>,
): void {
  const starts = new Map<TraceSummary, number>()
  for (const { time, value } of entries) {
    const trace = byRequest.get(value.request_id)
    if (trace === undefined) continue
    if (time <= (starts.get(trace) ?? time)) {
      starts.set(trace, time)
      trace.name = `${value.method} ${value.route ?? value.path}`.slice(0, 200)
    }
    trace.from = Math.min(trace.from, time)
    trace.to = Math.max(trace.to, time + value.duration_ms)
  }
}

/** Adds to `ids` what the matching logs name, up to a bound. */
async function collect(
  store: Store,
  passes: (log: Log) => boolean,
  ids: Set<string>,
  idOf: (log: Log) => string | undefined,
): Promise<void> {
  const rest = new Rest()
  for (const { value } of store.logs.newestFirst()) {
    if (rest.isDue()) await rest.turn()
    if (ids.size >= MAX_IDS) return
    if (!passes(value)) continue
    const id = idOf(value)
    if (id !== undefined) ids.add(id)
  }
}

function byTime<T>(entries: Entry<T>[]): Entry<T>[] {
  return entries.sort((a, b) => a.time - b.time || a.seq - b.seq)
}

function traceOf(log: Log): string | undefined {
  return log.trace?.trace_id
}
