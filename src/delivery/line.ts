import { Buffer } from 'node:buffer'
import type { Clock, TimerHandle } from '../clock.js'
import { MAX_BATCH_LOGS, MAX_BATCH_REQUESTS } from '../wire/limits.js'
import type { Batch } from './batch.js'
import { Lane } from './lane.js'

/** In the order by which a keeper counts them. */
const LINE_PATHS = ['/ingest', '/ingest/requests'] as const
export type LinePath = (typeof LINE_PATHS)[number]

const CAPACITY: Readonly<Record<LinePath, number>> = {
  '/ingest': MAX_BATCH_LOGS,
  '/ingest/requests': MAX_BATCH_REQUESTS,
}

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

  constructor(path: LinePath, batchSize: number, clock: Clock) {
    this.path = path
    this.index = LINE_PATHS.indexOf(path)
    this.lane = new Lane({
      index: this.index,
      capacity: CAPACITY[path],
      batchSize: Math.min(batchSize, CAPACITY[path]),
    })
    this.#clock = clock
  }

  set batchSize(size: number) {
    this.lane.batchSize = Math.min(size, CAPACITY[this.path])
  }

  /** Whether a POST is worth it now. */
  get isReady(): boolean {
    return this.lane.count > 0 && (this.lane.isFull || this.lane.next <= this.#dueUpTo)
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

  /** The body of the batch's request. */
  frame(batch: Batch): Buffer {
    const head =
      this.path === '/ingest' ? `{"batch_id":${JSON.stringify(batch.id)},"logs":[` : '{"requests":['
    return Buffer.concat([Buffer.from(head), ...batch.content(), Buffer.from(']}')])
  }
}
