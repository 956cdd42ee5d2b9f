import type { IngestAnswer } from '../../wire/answer.js'
import type { Feedback, Release } from '../../wire/companion.js'
import type { Log } from '../../wire/log.js'
import type { RequestEntry } from '../../wire/request-entry.js'
import type { InboxSettings } from '../settings.js'
import { Calls } from './calls.js'
import { type ClientCall, Clients } from './clients.js'
import { ErrorGroups } from './error-groups.js'
import type { GatewayReport } from './gateway-reports.js'
import { Monitors } from './monitors.js'
import { RecentMap } from './recent-map.js'
import { type RegisteredRelease, Releases } from './releases.js'
import { type Report, Reports } from './reports.js'
import { type Entry, Ring } from './ring.js'
import { shortKey } from './short-key.js'
import { noTotals, type Totals } from './totals.js'

/** A change of the store, for the stream and the alerts. */
export type Change =
  | { kind: 'log'; entry: Entry<Log>; opensGroup: boolean }
  | { kind: 'request'; entry: Entry<RequestEntry> }
  | { kind: 'heartbeat'; token: string; at: number }
  | { kind: 'release'; release: RegisteredRelease; at: number }
  | { kind: 'feedback'; feedback: Feedback; at: number }
  /** A client or a gateway has said what it did. */
  | { kind: 'report' }
  | { kind: 'cleared' }
  /** Many entries were read from a file. Each was reported before, unless `quietly` was used. */
  | { kind: 'imported' }

/** The answer to a batch, for the case that the batch is repeated. */
export interface BatchAnswer {
  status: number
  answer: IngestAnswer
}

/** Memory of an entry beside its value, in bytes. */
const ENTRY_BYTES = 96
const MAX_REMEMBERED_BATCHES = 20_000
const MAX_REMEMBERED_REJECTIONS = 100_000
const MAX_REMEMBERED_ROWS = 200_000
const MAX_FEEDBACK_BYTES = 32 * 1024 * 1024
const MAX_FEEDBACK = 1000

/** Everything the inbox holds: in memory, bounded, the oldest dropped first. */
export class Store {
  readonly logs: Ring<Log>
  readonly requests: Ring<RequestEntry>
  readonly feedback = new Ring<Feedback>(MAX_FEEDBACK, MAX_FEEDBACK_BYTES)
  readonly groups = new ErrorGroups()
  readonly monitors = new Monitors()
  readonly releases = new Releases()
  readonly clients = new Clients()
  readonly calls = new Calls()
  readonly reports = new Reports()
  readonly gateways = new Reports<GatewayReport>()
  readonly #batches = new RecentMap<BatchAnswer>(MAX_REMEMBERED_BATCHES, MAX_REMEMBERED_REJECTIONS)
  readonly #rows = new RecentMap<true>(MAX_REMEMBERED_ROWS)
  readonly #now: () => number
  readonly #listeners: ((change: Change) => void)[] = []
  #totals = noTotals()
  #isQuiet = false

  constructor(settings: Pick<InboxSettings, 'maxLogs' | 'maxRequests' | 'maxBytes' | 'now'>) {
    this.#now = settings.now
    this.logs = new Ring(settings.maxLogs, settings.maxBytes * 0.75)
    this.requests = new Ring(settings.maxRequests, settings.maxBytes * 0.25)
  }

  get totals(): Totals {
    return this.#totals
  }

  /** Calls `listener` for every change from now on. */
  subscribe(listener: (change: Change) => void): void {
    this.#listeners.push(listener)
  }

  /**
   * @param at time of arrival, for a log that is read back from a file
   * @param batch the id of the batch that ends with this log
   */
  addLog(log: Log, weight: number, at = this.#now(), batch?: string): void {
    this.#totals.logs++
    const opensGroup = this.groups.add(log, at) === 'new'
    const id = batch === undefined ? undefined : shortKey(batch)
    this.#tell({
      kind: 'log',
      entry: this.logs.push(log, weight + ENTRY_BYTES, at, timeOf(log, at), id),
      opensGroup,
    })
  }

  /** Adds a request entry. An entry that comes twice counts once. */
  addRequest(request: RequestEntry, weight: number, at = this.#now()): void {
    if (this.#isKnown(request)) {
      this.#totals.duplicateRequests++
      return
    }
    this.#totals.requests++
    this.#tell({
      kind: 'request',
      entry: this.requests.push(request, weight + ENTRY_BYTES, at, timeOf(request, at)),
    })
  }

  addReport(report: Report): void {
    this.reports.add(report)
    this.#tell({ kind: 'report' })
  }

  addGatewayReport(report: GatewayReport): void {
    this.gateways.add(report)
    this.#tell({ kind: 'report' })
  }

  /** Notes what a call says about its client. */
  noteCall(call: ClientCall): void {
    this.clients.add(call, this.#now())
    this.calls.add(call.status, this.#now())
  }

  /** The first answer to a batch that is repeated. */
  answerOf(batchId: string): BatchAnswer | undefined {
    return this.#batches.get(shortKey(batchId))
  }

  rememberAnswer(batchId: string, answer: BatchAnswer): void {
    this.#batches.set(shortKey(batchId), answer, 1 + answer.answer.errors.length)
  }

  ping(token: string, at = this.#now()): void {
    this.#totals.heartbeats++
    this.monitors.ping(token, at)
    this.#tell({ kind: 'heartbeat', token, at })
  }

  register(release: Release, at = this.#now()): RegisteredRelease {
    this.#totals.releases++
    const registered = this.releases.register(release, at)
    this.#tell({ kind: 'release', release: registered, at })
    return registered
  }

  addFeedback(feedback: Feedback, weight: number, at = this.#now()): void {
    this.#totals.feedback++
    this.feedback.push(feedback, weight, at)
    this.#tell({ kind: 'feedback', feedback, at })
  }

  /** Empties the store, totals and remembered batches included. */
  clear(): void {
    const parts = [this.logs, this.requests, this.feedback, this.groups]
    const ofClients = [this.clients, this.calls, this.reports, this.gateways]
    for (const part of [...parts, ...ofClients, this.monitors, this.releases]) part.clear()
    this.#batches.clear()
    this.#rows.clear()
    this.#totals = noTotals()
    this.#tell({ kind: 'cleared' })
  }

  #isKnown(request: RequestEntry): boolean {
    if (request.request_id === undefined) return false
    const key = shortKey(JSON.stringify([request.service, request.request_id, request.timestamp]))
    const isKnown = this.#rows.get(key) === true
    if (!isKnown) this.#rows.set(key, true)
    return isKnown
  }

  /**
   * Runs a function that adds many old entries. Listeners get one change for all of them, so that no alert fires for
   * old entries.
   */
  quietly(add: () => void): void {
    this.#isQuiet = true
    try {
      add()
    } finally {
      this.#isQuiet = false
    }
  }

  tellImported(): void {
    this.#tell({ kind: 'imported' })
  }

  #tell(change: Change): void {
    if (this.#isQuiet) return
    for (const listener of this.#listeners) listener(change)
  }
}

/** The value's own time; the time of arrival when its timestamp is no date. */
function timeOf({ timestamp }: { timestamp: string }, at: number): number {
  const time = Date.parse(timestamp)
  return Number.isNaN(time) ? at : time
}
