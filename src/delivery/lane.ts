import { MAX_BATCH_BYTES } from '../wire/limits.js'
import { Arena } from './arena.js'
import { Batch } from './batch.js'
import type { EntryRange } from './keeper.js'

export interface LaneOptions {
  /** Which line it belongs to: 0 for logs, 1 for request entries. */
  readonly index: number
  /** Most entries one POST may carry. */
  readonly capacity: number
  readonly sizes: BatchSizes
}

export interface BatchSizes {
  /** Entries that are worth a POST of their own. */
  readonly least: number
  /** Entries that should not wait for more, however many a POST may carry. */
  readonly most: number
}

/** What waits for one address, oldest first: logs in one lane, request entries in another. */
export class Lane {
  readonly index: number
  sizes: BatchSizes
  /** Entries waiting, and their bytes. */
  count = 0
  bytes = 0
  /** Those of the waiting that have been on their way before. */
  returned = 0
  /** Entries that ever came in, which is the number of the last one. */
  entered = 0
  /** Most entries in the next batch: less than the capacity after a 413. */
  #limit: number
  #capacity: number
  readonly #arena = new Arena()
  readonly #batches: Batch[] = []

  constructor({ index, capacity, sizes }: LaneOptions) {
    this.index = index
    this.#capacity = capacity
    this.#limit = capacity
    this.sizes = sizes
  }

  push(json: string): void {
    this.bytes += this.#arena.write(json, this.#open())
    this.count++
    this.entered++
  }

  /** Whether a POST is worth it now, without waiting for more. */
  get isFull(): boolean {
    return this.#holds(this.sizes.least)
  }

  /** Whether a POST could not be much larger if it waited for more. */
  get isBrimful(): boolean {
    return this.#holds(this.sizes.most)
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
    const batch = head.id === undefined && head.count > this.#limit ? this.#split(head) : head
    if (batch === head) this.takeOut()
    batch.id ??= newId()
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
    batch.hasBorder = false
    batch.attempts = 0
    batch.mayBeTaken = false
    const front = batch.splitOff(Math.ceil(batch.count / 2))
    this.putBack(batch, 'first')
    this.putBack(front, 'first')
    return true
  }

  /** From here on no batch is cut larger than that. */
  limitTo(capacity: number): void {
    this.#capacity = Math.min(this.#capacity, capacity)
    this.#limit = Math.min(this.#limit, capacity)
  }

  /** After a success: batches may slowly grow to what they were. */
  grow(): void {
    if (this.#limit < this.#capacity) this.#limit++
  }

  /**
   * Makes room by dropping the oldest: one entry, or a batch that was sent before as a whole, since part of
   * it under the same id would be another request. Gives what went.
   */
  dropOldest(): EntryRange | undefined {
    const head = this.#batches[0]
    if (head === undefined) return undefined
    const { first } = head
    if (head.id !== undefined || head.count === 1) {
      const { count } = this.takeOut() as Batch
      return { line: this.index, first, count }
    }
    const before = head.bytes
    head.dropOldest()
    this.bytes -= before - head.bytes
    this.count--
    if (head.hasReturned) this.returned--
    return { line: this.index, first, count: 1 }
  }

  /** The batch that is next in line. */
  get head(): Batch | undefined {
    return this.#batches[0]
  }

  /** Takes the batch that is next in line out, as it is. */
  takeOut(): Batch | undefined {
    const head = this.#batches.shift()
    if (head === undefined) return undefined
    this.bytes -= head.bytes
    this.count -= head.count
    if (head.hasReturned) this.returned -= head.count
    return head
  }

  /** Waiting batches with entries beyond that number, in no certain order. */
  beyond(number: number): Batch[] {
    return this.#batches.filter(({ last }) => last > number)
  }

  #holds(count: number): boolean {
    return (
      this.count >= Math.min(count, this.#limit) ||
      this.bytes >= MAX_BATCH_BYTES / 2 ||
      this.#batches[0]?.hasReturned === true
    )
  }

  /** Takes as many entries off the front of the first batch as one request may carry. */
  #split(head: Batch): Batch {
    const batch = head.splitOff(this.#limit)
    if (head.hasReturned) this.returned -= batch.count
    this.count -= batch.count
    this.bytes -= batch.bytes
    return batch
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
