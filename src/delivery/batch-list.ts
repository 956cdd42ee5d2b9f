import { MAX_BATCH_BYTES } from '../wire/limits.js'
import { Arena } from './arena.js'
import { Batch } from './batch.js'
import type { EndpointLimits } from './endpoint-limits.js'

/** The batches that wait for one endpoint, in sending order. The last one may still grow. */
export class BatchList {
  /** Waiting entries, and their bytes. */
  count = 0
  bytes = 0
  /** The waiting entries that have been sent before. */
  returned = 0
  /** Number of entries that were ever added; this is also the number of the newest entry. */
  entered = 0
  readonly #arena = new Arena()
  readonly #batches: Batch[] = []

  push(json: string, { mostEntries }: EndpointLimits): void {
    this.bytes += this.#arena.write(json, this.#open(mostEntries))
    this.count++
    this.entered++
  }

  /** The batch that is sent next. */
  get head(): Batch | undefined {
    return this.#batches[0]
  }

  get all(): readonly Batch[] {
    return this.#batches
  }

  /** Number of the oldest waiting entry; Infinity for none. */
  get oldest(): number {
    return this.#batches.reduce((oldest, { first }) => Math.min(oldest, first), Number.POSITIVE_INFINITY)
  }

  /** Removes a batch, by default the next one. */
  takeOut(batch = this.#batches[0]): Batch | undefined {
    const at = batch === undefined ? -1 : this.#batches.indexOf(batch)
    if (batch === undefined || at < 0) return undefined
    this.#batches.splice(at, 1)
    this.#count(batch, -1)
    return batch
  }

  /**
   * Splits the oldest entries off a batch, as many as one request may carry. Removes the whole batch if all of them
   * fit.
   */
  takeFront(batch: Batch, { entries, bytes }: EndpointLimits): Batch | undefined {
    const count = batch.countWithin(entries, bytes)
    if (count === batch.count) return this.takeOut(batch)
    this.#count(batch, -1)
    const front = batch.splitOff(count)
    front.hasReturned = batch.hasReturned
    this.#count(batch, 1)
    return front
  }

  /** Puts a whole batch back at the front or at the end of the list. */
  putBack(batch: Batch, where: 'first' | 'last'): void {
    batch.hasReturned = true
    if (where === 'first') this.#batches.unshift(batch)
    else this.#batches.push(batch)
    this.#count(batch, 1)
  }

  /**
   * Puts a removed batch back in pieces of the given entry counts.
   * @returns the pieces
   */
  putBackDivided(batch: Batch, counts: readonly number[]): readonly Batch[] {
    batch.unbind()
    const pieces = counts.slice(0, -1).map((count) => batch.splitOff(count))
    pieces.push(batch)
    for (const piece of [...pieces].reverse()) this.putBack(piece, 'first')
    return pieces
  }

  /** Divides the waiting batches so that no batch without an id exceeds the limits. */
  divide({ entries, bytes }: EndpointLimits): void {
    for (let at = 0; at < this.#batches.length; at++) {
      const batch = this.#batches[at] as Batch
      const count = batch.id === undefined ? batch.countWithin(entries, bytes) : batch.count
      if (count === batch.count) continue
      const front = batch.splitOff(count)
      front.hasReturned = batch.hasReturned
      this.#batches.splice(at, 0, front)
    }
  }

  /**
   * Drops the oldest entry. A batch with an id is dropped as a whole, since part of it under the same id would be a
   * different request.
   * @returns the number of the first dropped entry, and how many were dropped
   */
  dropOldest(): { readonly first: number; readonly count: number } | undefined {
    const { head } = this
    if (head === undefined) return undefined
    const { first, count } = head
    if (head.id !== undefined || count === 1) {
      this.takeOut(head)
      return { first, count }
    }
    this.#count(head, -1)
    head.dropOldest()
    this.#count(head, 1)
    return { first, count: 1 }
  }

  #count({ count, bytes, hasReturned }: Batch, sign: 1 | -1): void {
    this.count += sign * count
    this.bytes += sign * bytes
    if (hasReturned) this.returned += sign * count
  }

  /** The batch that new entries join: the last one while it may grow, else a new one. */
  #open(mostEntries: number): Batch {
    const last = this.#batches.at(-1)
    const mayGrow = last !== undefined && last.id === undefined && !last.hasReturned
    if (mayGrow && last.count < mostEntries && last.bytes < MAX_BATCH_BYTES / 2) return last
    const fresh = new Batch(this.entered + 1)
    this.#batches.push(fresh)
    return fresh
  }
}
