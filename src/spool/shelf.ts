import { Backlog, halves, type Pending } from './backlog.js'
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

  halve(pending: Pending): boolean {
    const both = halves(pending)
    if (both === undefined) return false
    this.taken--
    this.backlog.add(both[1], 'first')
    this.backlog.add(both[0], 'first')
    return true
  }

  /** Forgets what is no longer on disk. Gives how many entries that were. */
  forgetMissing(): number {
    const gone = this.backlog.remove((pending) => !this.journal.holds(pending))
    for (const pending of gone) this.journal.end(pending)
    return gone.reduce((sum, { present }) => sum + present, 0)
  }
}
