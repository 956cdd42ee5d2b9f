import type { Log } from '../../wire/log.js'
import type { RequestEntry } from '../../wire/request-entry.js'
import type { Entry } from '../data/ring.js'
import type { Change, Store } from '../data/store.js'
import { isObject } from '../schema/check.js'
import { checkFeedback, checkRelease, toFeedback, toRelease } from '../schema/companion.js'
import { footprint } from '../schema/footprint.js'
import { checkLog } from '../schema/log.js'
import { checkRequestEntry } from '../schema/request-entry.js'

/**
 * One change as a line of a file: `{"kind":"log","at":1764300000000,"value":{...}}`. The last log of a batch also has the
 * batch's id and its answer as `batch`, so that a repeat of the batch is recognised after a restart.
 */
export function lineOf(change: Change, store: Store): string | undefined {
  switch (change.kind) {
    case 'log':
      return logLine(change.entry, store)
    case 'request':
      return line(change.kind, change.entry.at, change.entry.value)
    case 'heartbeat':
      return line('heartbeat', change.at, change.token)
    case 'release':
      return line('release', change.at, change.release)
    case 'feedback':
      return line('feedback', change.at, change.feedback)
    default:
      return undefined
  }
}

/** Everything that a store holds at this moment as lines, in the order of arrival within each kind. */
export function linesOf(store: Store, now: number): Generator<string> {
  const releases = store.releases.list().reverse()
  const monitors = store.monitors.list(now)
  const feedback = store.feedback.oldestFirst()
  const logs = store.logs.oldestFirst()
  const requests = store.requests.oldestFirst()
  return (function* () {
    // Releases come first, because the entries after them refer to them.
    for (const release of releases) yield line('release', Date.parse(release.registered_at), release)
    for (const { token, pings } of monitors) for (const at of pings) yield line('heartbeat', at, token)
    for (const { at, value } of feedback) yield line('feedback', at, value)
    for (const entry of logs) yield logLine(entry, store)
    for (const { at, value } of requests) yield line('request', at, value)
  })()
}

/**
 * Adds the content of a line to a store. A bare log with `level` and `message` is accepted too.
 * @returns a sentence that says why the line was refused, or undefined
 */
export function takeLine(store: Store, text: string): string | undefined {
  const parsed = parse(text)
  if (typeof parsed === 'string') return parsed
  const { kind, at, value, batch } = parsed
  const bytes = footprint(value)
  if (!Number.isFinite(bytes)) return 'Nested too deeply.'
  const problem = CHECKS[kind](value)
  if (problem !== undefined) return `${problem.field} ${problem.message}`.trim()
  const weight = text.length + bytes
  if (kind === 'log') store.addLog(value as Log, weight, at, remembered(store, batch))
  else if (kind === 'request') store.addRequest(value as RequestEntry, weight, at)
  else if (kind === 'feedback') store.addFeedback(toFeedback(value), weight, at)
  else if (kind === 'release') store.register(toRelease(value), at)
  else store.ping(value as string, at)
  return undefined
}

type Kind = 'log' | 'request' | 'heartbeat' | 'release' | 'feedback'

const CHECKS: Readonly<Record<Kind, (value: unknown) => { field: string; message: string } | undefined>> = {
  log: checkLog,
  request: checkRequestEntry,
  feedback: checkFeedback,
  release: checkRelease,
  heartbeat: (value) =>
    typeof value === 'string' && /^[\w.~:-]{1,200}$/.test(value)
      ? undefined
      : { field: 'value', message: 'is not a token' },
}

function parse(
  text: string,
): { kind: Kind; at: number | undefined; value: unknown; batch?: unknown } | string {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return 'Not valid JSON.'
  }
  if (!isObject(parsed)) return 'Not a JSON object.'
  if (parsed.kind === undefined && parsed.level !== undefined)
    return { kind: 'log', at: undefined, value: parsed }
  const { kind, at, value, batch } = parsed
  if (typeof kind !== 'string' || !Object.hasOwn(CHECKS, kind)) return 'Its "kind" is unknown.'
  const isTime = typeof at === 'number' && Math.abs(at) <= 8.64e15
  return { kind: kind as Kind, at: isTime ? at : undefined, value, batch }
}

function logLine({ at, value, batch }: Entry<Log>, store: Store): string {
  const answer = batch === undefined ? undefined : store.answerOf(batch)
  if (answer === undefined) return line('log', at, value)
  return `${JSON.stringify({ kind: 'log', at, batch: { id: batch, ...answer }, value })}\n`
}

/** Remembers the answer to a batch. @returns the batch's id; undefined when the line has none that can be read */
function remembered(store: Store, batch: unknown): string | undefined {
  if (!isObject(batch) || !isObject(batch.answer) || typeof batch.id !== 'string' || batch.id === '')
    return undefined
  const { id, status, answer } = batch
  const { accepted, rejected, errors, message } = answer
  if ((status !== 200 && status !== 422) || !Array.isArray(errors)) return undefined
  if (typeof accepted !== 'number' || typeof rejected !== 'number' || typeof message !== 'string')
    return undefined
  store.rememberAnswer(id, { status, answer: { accepted, rejected, errors, message } })
  return id
}

function line(kind: Kind, at: number, value: unknown): string {
  return `${JSON.stringify({ kind, at, value })}\n`
}
