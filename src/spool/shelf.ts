import { Backlog, type Pending } from './backlog.js'
import type { Journal } from './journal.js'

/** A journal, and what of it is on disk only. */
export class Shelf {
  readonly journal: Journal
  readonly backlog = new Backlog()
  /** Written by this process, and not taken over. */
  readonly isOwn: boolean
  /** Batches of it that are on their way. */
  taken = 0

  constructor(journal: Journal, isOwn: boolean) {
    this.journal = journal
    this.isOwn = isOwn
  }

  get isSpent(): boolean {
    return this.backlog.count === 0 && this.taken === 0
  }

  take(): Pending | undefined {
    const pending = this.backlog.take()
    if (pending !== undefined) this.taken++
    return pending
  }

  giveBack(pending: Pending, where: 'first' | 'last'): void {
    this.taken--
    this.backlog.add(pending, where)
  }

  /** Forgets what is no longer on disk as a whole, and gives it. */
  forgetMissing(): readonly Pending[] {
    return this.backlog.remove((pending) => !this.journal.holds(pending))
  }
}
