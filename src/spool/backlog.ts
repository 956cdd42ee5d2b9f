import type { Range } from './write-set.js'

/** Consecutive entries that are on disk only and are sent as one batch. */
export interface Pending extends Range {
  /** How many of the entries can be read; less than `count` if some were torn. */
  readonly present: number
  /** The id under which the batch was sent; its mark is on disk. */
  readonly id: string | undefined
  /** Attempts so far that ended without a final answer. */
  readonly attempts: number
  /** Batches of a lower round are sent first. A batch that moves behind all others begins a new round. */
  readonly round: number
  /** The batch was sent without an answer, so the service may have accepted it. */
  readonly mayBeTaken: boolean
}

/** The batches of one journal that are on disk only, in sending order. */
export class Backlog {
  /** Entries in all batches. */
  count = 0
  readonly #pending: Pending[] = []

  /** The round of the next batch; Infinity for none. */
  get round(): number {
    return this.#pending[0]?.round ?? Number.POSITIVE_INFINITY
  }

  add(pending: Pending, where: 'first' | 'last' = 'last'): void {
    if (where === 'first') this.#pending.unshift(pending)
    else this.#pending.push(pending)
    this.count += pending.present
  }

  take(): Pending | undefined {
    const pending = this.#pending.shift()
    if (pending !== undefined) this.count -= pending.present
    return pending
  }

  /** Number of the oldest entry of a queue; Infinity for none. */
  oldest(queue: number): number {
    return this.#pending.reduce(
      (oldest, pending) => (pending.queue === queue ? Math.min(oldest, pending.first) : oldest),
      Number.POSITIVE_INFINITY,
    )
  }

  /** Removes and returns the batches that match the condition. */
  remove(condition: (pending: Pending) => boolean): readonly Pending[] {
    const removed = this.#pending.filter(condition)
    if (removed.length === 0) return removed
    const left = this.#pending.filter((pending) => !removed.includes(pending))
    this.#pending.splice(0, Number.POSITIVE_INFINITY, ...left)
    for (const { present } of removed) this.count -= present
    return removed
  }
}
