import { MAX_BATCH_BYTES } from '../wire/limits.js'
import { Arena } from './arena.js'
import { Batch } from './batch.js'

export interface LaneOptions {
  /** Most entries one POST may carry. */
  readonly capacity: number
  /** Entries that are worth a POST of their own. */
  readonly batchSize: number
}

/** What waits for one address, oldest first: logs in one lane, request entries in another. */
export class Lane {
  batchSize: number
  /** Entries waiting, and their bytes. */
  count = 0
  bytes = 0
  /** Those of the waiting that have been on their way before. */
  returned = 0
  /** Entries that ever came in, which is the number of the last one. */
  entered = 0
  /** Most entries in the next batch: less than the capacity after a 413. */
  #limit: number
  readonly #capacity: number
  readonly #arena = new Arena()
  readonly #batches: Batch[] = []

  constructor({ capacity, batchSize }: LaneOptions) {
    this.#capacity = capacity
    this.#limit = capacity
    this.batchSize = batchSize
  }

  push(json: string): void {
    this.bytes += this.#arena.write(json, this.#open())
    this.count++
    this.entered++
  }

  /** Whether a POST is worth it now, without waiting for more. */
  get isFull(): boolean {
    return (
      this.count >= this.batchSize ||
      this.bytes >= MAX_BATCH_BYTES / 2 ||
      this.#batches[0]?.hasReturned === true
    )
  }

  /** Number of the entry that is next in line; Infinity when there is none. */
  get next(): number {
    return this.#batches[0]?.first ?? Number.POSITIVE_INFINITY
  }

  /** Number of the oldest entry that waits; Infinity when none does. */
  get oldest(): number {
    return this.#batches.reduce((oldest, { first }) => Math.min(oldest, first), Number.POSITIVE_INFINITY)
  }

  /** The next batch, with its id. */
  take(newId: () => string): Batch | undefined {
    const head = this.#batches[0]
    if (head === undefined) return undefined
    const isTooLong = head.id === undefined && head.count > this.#limit
    const batch = isTooLong ? head.splitOff(this.#limit) : head
    if (!isTooLong) this.#batches.shift()
    batch.id ??= newId()
    if (batch.hasReturned) this.returned -= batch.count
    this.count -= batch.count
    this.bytes -= batch.bytes
    return batch
  }

  /** All that waits, as batches with their ids, oldest first; from here on none of them grows. */
  all(newId: () => string): readonly Batch[] {
    for (const batch of this.#batches) batch.id ??= newId()
    return this.#batches
  }

  /** Puts a batch back whole: first in line, or last when it has failed so often that others should go. */
  putBack(batch: Batch, where: 'first' | 'last'): void {
    batch.hasReturned = true
    if (where === 'first') this.#batches.unshift(batch)
    else this.#batches.push(batch)
    this.count += batch.count
    this.bytes += batch.bytes
    this.returned += batch.count
  }

  /** After a 413: both halves go back, each to get an id of its own. False when there is nothing to halve. */
  halve(batch: Batch): boolean {
    if (batch.count < 2) return false
    this.#limit = Math.floor(batch.count / 2)
    batch.id = undefined
    batch.attempts = 0
    const front = batch.splitOff(Math.ceil(batch.count / 2))
    this.putBack(batch, 'first')
    this.putBack(front, 'first')
    return true
  }

  /** After a success: batches may slowly grow to what they were. */
  grow(): void {
    if (this.#limit < this.#capacity) this.#limit++
  }

  /**
   * Makes room by dropping the oldest: one entry, or a batch that was sent before as a whole, since part of
   * it under the same id would be another request. Gives how many entries went.
   */
  dropOldest(): number {
    const head = this.#batches[0]
    if (head === undefined) return 0
    const before = head.bytes
    let dropped = 1
    if (head.id === undefined) head.dropOldest()
    else dropped = head.count
    const isGone = head.id !== undefined || head.count === 0
    if (isGone) this.#batches.shift()
    this.bytes -= head.id === undefined ? before - head.bytes : before
    this.count -= dropped
    if (head.hasReturned) this.returned -= dropped
    return dropped
  }

  /** The batch that new entries join: the last in line, as long as it may still grow. */
  #open(): Batch {
    const last = this.#batches.at(-1)
    if (
      last !== undefined &&
      last.id === undefined &&
      !last.hasReturned &&
      last.count < this.#capacity &&
      last.bytes < MAX_BATCH_BYTES / 2
    ) {
      return last
    }
    const fresh = new Batch(this.entered + 1)
    this.#batches.push(fresh)
    return fresh
  }
}
