import type { Feedback } from '../../wire/companion.js'
import { LOG_ID_KEY, type Log } from '../../wire/log.js'
import { ErrorGroups, groupOf } from '../data/error-groups.js'
import { Rest } from '../data/rest.js'
import type { Entry } from '../data/ring.js'
import { summarizeRoutes } from '../data/route-summary.js'
import type { Store } from '../data/store.js'
import type { Reply } from '../http/reply.js'
import { cursorAt, type Query } from './query.js'
import { logPasses, requestPasses, select } from './select.js'
import type { FeedbackAnswer } from './shapes.js'
import { add, partOf, spanOf, zeros } from './span.js'

/** `GET /inbox/api/logs` */
export async function viewLogs(store: Store, query: Query): Promise<Reply> {
  // Logs that come during the search are for the next call.
  const cursor = cursorAt(store.logs.lastSeq)
  const found = await select(store.logs, query, logPasses(query))
  return list('logs', found, { cursor }, (entry) => entry.value)
}

/** `GET /inbox/api/requests`: the routes count all matching requests, whatever the limit. */
export async function viewRequests(store: Store, query: Query): Promise<Reply> {
  const passes = await requestPasses(query, store.logs)
  const cursor = cursorAt(store.requests.lastSeq)
  const found = await select(store.requests, query, passes, Number.POSITIVE_INFINITY)
  const requests = found.map((entry) => entry.value)
  return list('requests', requests.slice(0, query.limit), {
    routes: summarizeRoutes(requests),
    cursor,
  })
}

/**
 * `GET /inbox/api/errors`: without a filter the groups count all errors since the start; with a filter they count the
 * matching logs in the store.
 */
export async function viewErrors(store: Store, query: Query, now: number): Promise<Reply> {
  const { limit, ...filters } = query
  if (Object.keys(filters).length === 0) return list('groups', store.groups.list(now).slice(0, limit), {})
  const groups = new ErrorGroups()
  const passes = logPasses(query)
  const isWanted = (log: Log) => groupOf(log) !== undefined && passes(log)
  const found = await select(store.logs, query, isWanted, Number.POSITIVE_INFINITY)
  const rest = new Rest()
  for (const entry of found.reverse()) {
    if (rest.isDue()) await rest.turn()
    groups.add(entry.value, entry.at)
  }
  return list('groups', groups.list(now).slice(0, limit), {})
}

/** `GET /inbox/api/feedback`: each feedback with the log it refers to, while the store has that log. */
export function viewFeedback(store: Store, query: Query, now: number): Reply {
  const all = Array.from(store.feedback.newestFirst())
  const found = all.slice(0, query.limit)
  const logs = logsById(store, new Set(found.map((entry) => entry.value.event_id)))
  return list(
    'feedback',
    found.map((entry) => describe(entry.value, entry.at, logs)),
    {
      volume: feedbackVolume(
        query,
        all.map((entry) => entry.at),
        now,
      ),
    },
  )
}

function feedbackVolume(query: Query, times: readonly number[], now: number): FeedbackAnswer['volume'] {
  const span = spanOf(query, times, now)
  const counts = zeros(span)
  for (const time of times) add(counts, partOf(span, time))
  return { ...span, counts }
}

export function viewStats(store: Store, startedAt: number): Reply {
  return {
    status: 200,
    json: {
      ...store.totals,
      errorGroups: store.groups.count,
      held: {
        logs: store.logs.count,
        requests: store.requests.count,
        bytes: store.logs.weight + store.requests.weight + store.feedback.weight,
      },
      startedAt: new Date(startedAt).toISOString(),
    },
  }
}

/** A JSON list under a name, written item by item: fifty thousand logs are too much for one string. */
export function list<T>(
  name: string,
  items: readonly T[],
  rest: Record<string, unknown>,
  shapeOf: (item: T) => unknown = (item) => item,
): Reply {
  return { status: 200, pieces: pieces() }

  function* pieces(): Generator<string> {
    yield `{${JSON.stringify(name)}:[`
    for (let index = 0; index < items.length; index++)
      yield (index === 0 ? '' : ',') + JSON.stringify(shapeOf(items[index] as T))
    yield ']'
    for (const [key, value] of Object.entries(rest)) yield `,${JSON.stringify(key)}:${JSON.stringify(value)}`
    yield '}'
  }
}

function logsById(store: Store, ids: ReadonlySet<string>): Map<string, Entry<Log>> {
  const logs = new Map<string, Entry<Log>>()
  if (ids.size === 0) return logs
  for (const entry of store.logs.newestFirst()) {
    const id = entry.value.metadata?.[LOG_ID_KEY]
    if (typeof id === 'string' && ids.has(id)) logs.set(id, entry)
  }
  return logs
}

function describe(feedback: Feedback, at: number, logs: ReadonlyMap<string, Entry<Log>>): unknown {
  const log = logs.get(feedback.event_id)
  const received_at = new Date(at).toISOString()
  return { ...feedback, received_at, log: log?.value ?? null, log_seq: log?.seq ?? null }
}
