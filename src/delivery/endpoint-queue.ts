import type { Buffer } from 'node:buffer'
import type { Clock, TimerHandle } from '../common/clock.js'
import { MAX_BATCH_BYTES } from '../wire/limits.js'
import type { Batch } from './batch.js'
import { BatchList } from './batch-list.js'
import { BATCH_PATHS, type BatchPath, encodeBatch } from './encode.js'
import type { EndpointLimits, ServiceLimits } from './endpoint-limits.js'

export interface BatchSizes {
  /** Entries that justify a POST of their own. */
  readonly least: number
  /** Entries that must not wait for more, however many a POST may carry. */
  readonly most: number
}

export interface EndpointQueueOptions {
  readonly path: BatchPath
  readonly clock: Clock
  readonly sizes: BatchSizes
  /** Read at each use, since a new destination has limits of its own. */
  readonly limits: () => ServiceLimits
}

/**
 * Pause in ms after a POST in which the next batch may grow. Under load a few large requests cost much less than many
 * small ones.
 */
const REST_MS = 200

/** The entries that wait for one endpoint, and their flush timer. */
export class EndpointQueue {
  readonly path: BatchPath
  /** Index of the endpoint in the store. */
  readonly index: number
  readonly list = new BatchList()
  sizes: BatchSizes
  readonly #clock: Clock
  readonly #limits: () => ServiceLimits
  /** The flush interval of entries up to this number has passed. */
  #dueUpTo = 0
  #timer: TimerHandle | undefined
  #rest: TimerHandle | undefined

  constructor({ path, clock, sizes, limits }: EndpointQueueOptions) {
    this.path = path
    this.index = BATCH_PATHS.indexOf(path)
    this.sizes = sizes
    this.#clock = clock
    this.#limits = limits
  }

  get limits(): EndpointLimits {
    return this.#limits()[this.path]
  }

  add(json: string): void {
    this.list.push(json, this.limits)
  }

  /** Whether the waiting entries should be sent without waiting for more. */
  get isFull(): boolean {
    return this.#rest === undefined ? this.#holds(this.sizes.least) : this.isAtMaxSize
  }

  /** Whether waiting for more could not make the next POST much larger. */
  get isAtMaxSize(): boolean {
    return this.#holds(this.sizes.most)
  }

  /**
   * Removes and returns the next batch that should be sent.
   * @param anyway also take a batch that could wait for more entries
   * @param maySend whether this batch may be sent now
   */
  take(anyway: boolean, maySend: (batch: Batch) => boolean): Batch | undefined {
    const isDue = (batch: Batch) =>
      maySend(batch) && (anyway || batch.hasReturned || batch.first <= this.#dueUpTo || this.isFull)
    // Batches that have exhausted their retries go only when there are no others.
    const next = this.list.all.find((batch) => !batch.isLast && isDue(batch)) ?? this.list.all.find(isDue)
    if (next === undefined) return undefined
    // A batch that was sent before is not resized. If it is still too large, its answer says so.
    const isNew = next.id === undefined && !next.hasReturned
    const batch = isNew ? this.list.takeFront(next, this.limits) : this.list.takeOut(next)
    if (this.list.count === 0) this.stopTimer()
    return batch
  }

  get hasTimer(): boolean {
    return this.#timer !== undefined
  }

  /**
   * Starts the flush timer with the first entry. Later entries do not restart it, so a steady trickle is still sent.
   */
  startTimer(ring: () => void, delayMs: number): void {
    const due = () => {
      this.#timer = undefined
      this.#dueUpTo = this.list.entered
      ring()
    }
    this.#timer = this.#clock.setTimer(due, delayMs)
  }

  stopTimer(): void {
    this.#clock.clearTimer(this.#timer)
    this.#timer = undefined
  }

  /** Starts the pause after a POST. Calls `ring` when it ends and entries wait. */
  startRest(ring: () => void): void {
    this.#clock.clearTimer(this.#rest)
    this.#rest = this.#clock.setTimer(() => {
      this.#rest = undefined
      if (this.list.count > 0) ring()
    }, REST_MS)
  }

  /** Stops both timers. */
  close(): void {
    this.stopTimer()
    this.#clock.clearTimer(this.#rest)
    this.#rest = undefined
  }

  /** The request body of the batch. */
  encode(batch: Batch): Buffer {
    return encodeBatch(this.path, batch.id as string, batch.content())
  }

  #holds(count: number): boolean {
    const { entries, bytes } = this.limits
    return (
      this.list.count >= Math.min(count, entries) || this.list.bytes >= Math.min(MAX_BATCH_BYTES / 2, bytes)
    )
  }
}
