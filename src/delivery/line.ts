import { Buffer } from 'node:buffer'
import type { Clock, TimerHandle } from '../clock.js'
import { KNOWN_BATCH_REQUESTS, MAX_BATCH_LOGS, MAX_BATCH_REQUESTS } from '../wire/limits.js'
import type { Batch } from './batch.js'
import { type BatchSizes, Lane } from './lane.js'

/** In the order by which a keeper counts them. */
const LINE_PATHS = ['/ingest', '/ingest/requests'] as const
export type LinePath = (typeof LINE_PATHS)[number]

const CAPACITY: Readonly<Record<LinePath, number>> = {
  '/ingest': MAX_BATCH_LOGS,
  '/ingest/requests': MAX_BATCH_REQUESTS,
}

/** So many at once the service is known to take. */
const KNOWN: Readonly<Record<LinePath, number>> = {
  '/ingest': MAX_BATCH_LOGS,
  '/ingest/requests': KNOWN_BATCH_REQUESTS,
}

/**
 * After a POST, so long the next one waits to be as large as can be: at a busy time a few large ones cost a
 * fraction of many small ones.
 */
const REST_MS = 50

/** One address, what waits for it, and for how long. */
export class Line {
  readonly path: LinePath
  /** Its number for a keeper. */
  readonly index: number
  readonly lane: Lane
  readonly #clock: Clock
  /** Entries up to this number have waited long enough. */
  #dueUpTo = 0
  #timer: TimerHandle | undefined
  #rest: TimerHandle | undefined

  constructor(path: LinePath, sizes: BatchSizes, clock: Clock) {
    this.path = path
    this.index = LINE_PATHS.indexOf(path)
    this.lane = new Lane({ index: this.index, capacity: CAPACITY[path], sizes })
    this.#clock = clock
  }

  set sizes(sizes: BatchSizes) {
    this.lane.sizes = sizes
  }

  /** Whether there is so much that it should not wait for more. */
  get isFull(): boolean {
    return this.#rest === undefined ? this.lane.isFull : this.lane.isBrimful
  }

  /** Whether a POST is worth it now. */
  get isReady(): boolean {
    return this.lane.count > 0 && (this.isFull || this.lane.next <= this.#dueUpTo)
  }

  /** Whether that many entries are more than the service is known to take at once. */
  isBold(count: number): boolean {
    return count > KNOWN[this.path]
  }

  /** From here on no more entries at once than the service is known to take. */
  beModest(): void {
    this.lane.limitTo(KNOWN[this.path])
  }

  get hasTimer(): boolean {
    return this.#timer !== undefined
  }

  /** Starts with the first entry and is not pushed back by the next: a trickle must leave, too. */
  startTimer(ring: () => void, delayMs: number): void {
    const due = () => {
      this.#timer = undefined
      this.#dueUpTo = this.lane.entered
      ring()
    }
    this.#timer = this.#clock.setTimer(due, delayMs)
  }

  stopTimer(): void {
    this.#clock.clearTimer(this.#timer)
    this.#timer = undefined
  }

  /** A POST has left. Rings when the next one need not be large any more, if there is something for it. */
  startRest(ring: () => void): void {
    this.#clock.clearTimer(this.#rest)
    this.#rest = this.#clock.setTimer(() => {
      this.#rest = undefined
      if (this.lane.isFull) ring()
    }, REST_MS)
  }

  /** Rings no more. */
  close(): void {
    this.stopTimer()
    this.#clock.clearTimer(this.#rest)
    this.#rest = undefined
  }

  /** The body of the batch's request. */
  frame(batch: Batch): Buffer {
    const head =
      this.path === '/ingest' ? `{"batch_id":${JSON.stringify(batch.id)},"logs":[` : '{"requests":['
    return Buffer.concat([Buffer.from(head), ...batch.content(), Buffer.from(']}')])
  }
}
