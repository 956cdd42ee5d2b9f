import type { IngestAnswer } from '../../wire/answer.js'
import type { Feedback, Release } from '../../wire/companion.js'
import type { Log } from '../../wire/log.js'
import type { RequestEntry } from '../../wire/request-entry.js'
import type { InboxSettings } from '../settings.js'
import { ErrorGroups } from './error-groups.js'
import { Monitors } from './monitors.js'
import { RecentMap } from './recent-map.js'
import { type RegisteredRelease, Releases } from './releases.js'
import { type Entry, Ring } from './ring.js'
import { shortKey } from './short-key.js'
import { noTotals, type Totals } from './totals.js'

/** Something that came in, as the stream and the alerts are told. */
export type Change =
  | { kind: 'log'; entry: Entry<Log>; opensGroup: boolean }
  | { kind: 'request'; entry: Entry<RequestEntry> }
  | { kind: 'heartbeat'; token: string }
  | { kind: 'release'; release: RegisteredRelease }
  | { kind: 'feedback'; feedback: Feedback }
  | { kind: 'cleared' }

/** The answer a batch got, for the case that it comes again. */
export interface BatchAnswer {
  status: number
  answer: IngestAnswer
}

const MAX_REMEMBERED_BATCHES = 20_000
const MAX_REMEMBERED_REJECTIONS = 100_000
const MAX_REMEMBERED_ROWS = 200_000
const MAX_FEEDBACK_BYTES = 32 * 1024 * 1024
const MAX_FEEDBACK = 1000

/** All the inbox holds, in memory and bounded: the oldest go. */
export class Store {
  readonly logs: Ring<Log>
  readonly requests: Ring<RequestEntry>
  readonly feedback = new Ring<Feedback>(MAX_FEEDBACK, MAX_FEEDBACK_BYTES)
  readonly groups = new ErrorGroups()
  readonly monitors = new Monitors()
  readonly releases = new Releases()
  readonly #batches = new RecentMap<BatchAnswer>(MAX_REMEMBERED_BATCHES, MAX_REMEMBERED_REJECTIONS)
  readonly #rows = new RecentMap<true>(MAX_REMEMBERED_ROWS)
  readonly #now: () => number
  readonly #listeners: ((change: Change) => void)[] = []
  #totals = noTotals()

  constructor(settings: Pick<InboxSettings, 'maxLogs' | 'maxRequests' | 'maxBytes' | 'now'>) {
    this.#now = settings.now
    this.logs = new Ring(settings.maxLogs, settings.maxBytes * 0.75)
    this.requests = new Ring(settings.maxRequests, settings.maxBytes * 0.25)
  }

  get totals(): Totals {
    return this.#totals
  }

  /** Calls `listener` with all that comes in from now on. */
  subscribe(listener: (change: Change) => void): void {
    this.#listeners.push(listener)
  }

  addLog(log: Log, weight: number): void {
    const at = this.#now()
    this.#totals.logs++
    const opensGroup = this.groups.add(log, at) === 'new'
    this.#tell({ kind: 'log', entry: this.logs.push(log, weight, at), opensGroup })
  }

  /** Counts a row once that came twice. */
  addRequest(request: RequestEntry, weight: number): void {
    if (this.#isKnown(request)) {
      this.#totals.duplicateRequests++
      return
    }
    this.#totals.requests++
    this.#tell({ kind: 'request', entry: this.requests.push(request, weight, this.#now()) })
  }

  /** The first answer of a batch that comes again. */
  answerOf(batchId: string): BatchAnswer | undefined {
    return this.#batches.get(shortKey(batchId))
  }

  rememberAnswer(batchId: string, answer: BatchAnswer): void {
    this.#batches.set(shortKey(batchId), answer, 1 + answer.answer.errors.length)
  }

  ping(token: string): void {
    this.#totals.heartbeats++
    this.monitors.ping(token, this.#now())
    this.#tell({ kind: 'heartbeat', token })
  }

  register(release: Release): RegisteredRelease {
    this.#totals.releases++
    const registered = this.releases.register(release, this.#now())
    this.#tell({ kind: 'release', release: registered })
    return registered
  }

  addFeedback(feedback: Feedback, weight: number): void {
    this.#totals.feedback++
    this.feedback.push(feedback, weight, this.#now())
    this.#tell({ kind: 'feedback', feedback })
  }

  /** Empties it all, totals and remembered batches included. */
  clear(): void {
    for (const part of [this.logs, this.requests, this.feedback, this.groups, this.monitors, this.releases])
      part.clear()
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

  #tell(change: Change): void {
    for (const listener of this.#listeners) listener(change)
  }
}
