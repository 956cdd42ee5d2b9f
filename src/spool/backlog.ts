/** Consecutive entries that are on disk only; they will travel as one batch. */
export interface Pending {
  readonly line: number
  readonly first: number
  readonly count: number
  /** How many of them can be read; less than the count where some were torn. */
  readonly present: number
  /** Under which they have travelled, and whose border is written. */
  readonly id: string | undefined
}

/** What is on disk only, in the order in which it is to be sent. */
export class Backlog {
  /** Entries in it. */
  count = 0
  readonly #pending: Pending[] = []

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

  /** Number of a line's oldest entry; Infinity for none. */
  oldest(line: number): number {
    return this.#pending.reduce(
      (oldest, pending) => (pending.line === line ? Math.min(oldest, pending.first) : oldest),
      Number.POSITIVE_INFINITY,
    )
  }

  /** Forgets all that is not there any more as a whole, and gives it. */
  remove(isGone: (pending: Pending) => boolean): readonly Pending[] {
    const gone = this.#pending.filter(isGone)
    if (gone.length === 0) return gone
    const left = this.#pending.filter((pending) => !gone.includes(pending))
    this.#pending.splice(0, Number.POSITIVE_INFINITY, ...left)
    for (const { present } of gone) this.count -= present
    return gone
  }
}
