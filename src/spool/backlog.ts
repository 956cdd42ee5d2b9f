import type { Range } from './write-set.js'

/** Consecutive entries that are on disk only; they will travel as one batch. */
export interface Pending extends Range {
  /** How many of them can be read; less than the count where some were torn. */
  readonly present: number
  /** The id under which they have travelled, with a mark on disk. */
  readonly id: string | undefined
  /** Sends so far that ended without a final answer. */
  readonly attempts: number
  /** Batches of a lower round are sent first. A batch that steps back behind all others begins a new round. */
  readonly round: number
  /** It was sent, and the service may have taken it although no answer came. */
  readonly mayBeTaken: boolean
}

/** What is on disk only, in the order in which it is to be sent. */
export class Backlog {
  /** Entries in it. */
  count = 0
  readonly #pending: Pending[] = []

  /** The round of the batch that is next; Infinity for none. */
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
  oldest(line: number): number {
    return this.#pending.reduce(
      (oldest, pending) => (pending.line === line ? Math.min(oldest, pending.first) : oldest),
      Number.POSITIVE_INFINITY,
    )
  }

  /** Removes the batches to which the condition applies, and returns them. */
  remove(condition: (pending: Pending) => boolean): readonly Pending[] {
    const removed = this.#pending.filter(condition)
    if (removed.length === 0) return removed
    const left = this.#pending.filter((pending) => !removed.includes(pending))
    this.#pending.splice(0, Number.POSITIVE_INFINITY, ...left)
    for (const { present } of removed) this.count -= present
    return removed
  }
}
