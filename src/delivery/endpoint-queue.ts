import type { Buffer } from 'node:buffer'
import type { Clock, TimerHandle } from '../common/clock.js'
import { MAX_BATCH_BYTES } from '../wire/limits.js'
import type { Batch } from './batch.js'
import { BatchList } from './batch-list.js'
import { BATCH_PATHS, type BatchPath, encodeBatch } from './encode.js'
import type { EndpointLimits, ServiceLimits } from './endpoint-limits.js'

export interface BatchSizes {
  /** Entries that are worth a POST of their own. */
  readonly least: number
  /** Entries that should not wait for more, however many a POST may carry. */
  readonly most: number
}

export interface EndpointQueueOptions {
  readonly path: BatchPath
  readonly clock: Clock
  readonly sizes: BatchSizes
  /** Asked each time, since another destination has others. */
  readonly limits: () => ServiceLimits
}

/**
 * After a POST, so long the next one waits to be as large as can be: at a busy time a few large ones cost a
 * fraction of many small ones.
 */
const REST_MS = 50

/** What waits for one endpoint, and for how long. */
export class EndpointQueue {
  readonly path: BatchPath
  /** Its number for a store. */
  readonly index: number
  readonly list = new BatchList()
  sizes: BatchSizes
  readonly #clock: Clock
  readonly #limits: () => ServiceLimits
  /** Entries up to this number have waited long enough. */
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

  /** Whether there is so much that it should not wait for more. */
  get isFull(): boolean {
    return this.#rest === undefined ? this.#holds(this.sizes.least) : this.isAtMaxSize
  }

  /** Whether a POST could not be much larger if it waited for more. */
  get isAtMaxSize(): boolean {
    return this.#holds(this.sizes.most)
  }

  /**
   * The next batch that is worth sending, taken out.
   * @param anyway also one that could wait for more
   * @param maySend whether this one may be sent now
   */
  take(anyway: boolean, maySend: (batch: Batch) => boolean): Batch | undefined {
    const isDue = (batch: Batch) =>
      maySend(batch) && (anyway || batch.hasReturned || batch.first <= this.#dueUpTo || this.isFull)
    // What fails again and again goes when there is nothing else.
    const next = this.list.all.find((batch) => !batch.isLast && isDue(batch)) ?? this.list.all.find(isDue)
    if (next === undefined) return undefined
    // What has returned stays as it is: should it be too large still, its own answer says so.
    const isNew = next.id === undefined && !next.hasReturned
    const batch = isNew ? this.list.takeFront(next, this.limits) : this.list.takeOut(next)
    if (this.list.count === 0) this.stopTimer()
    return batch
  }

  get hasTimer(): boolean {
    return this.#timer !== undefined
  }

  /** Starts with the first entry and is not pushed back by the next: a trickle must leave, too. */
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

  /** A POST has left. Rings when the next one need not be large any more, if there is something for it. */
  startRest(ring: () => void): void {
    this.#clock.clearTimer(this.#rest)
    this.#rest = this.#clock.setTimer(() => {
      this.#rest = undefined
      if (this.list.count > 0) ring()
    }, REST_MS)
  }

  /** Rings no more. */
  close(): void {
    this.stopTimer()
    this.#clock.clearTimer(this.#rest)
    this.#rest = undefined
  }

  /** The body of the batch's request. */
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
