import { Backlog, type Pending } from './backlog.js'
import type { Destination } from './destination-folder.js'
import type { Journal } from './journal.js'

/** A journal, and the batches in it that are on disk only. */
export class SpoolSource {
  readonly journal: Journal
  readonly backlog = new Backlog()
  /** Written by this process, and not taken over from another. */
  readonly isOwn: boolean
  /** Where its batches go. That of our own source follows the options; that of any other never changes. */
  destination: Destination
  /** Batches of it that are being read or sent. */
  taken = 0
  /** The destination has changed: nothing more may be taken from it. */
  isRetired = false

  constructor(journal: Journal, destination: Destination, isOwn: boolean) {
    this.journal = journal
    this.destination = destination
    this.isOwn = isOwn
  }

  /** Whether every batch of it is delivered or dropped. */
  get isSpent(): boolean {
    return this.backlog.count === 0 && this.taken === 0
  }

  take(): Pending | undefined {
    const pending = this.backlog.take()
    if (pending !== undefined) this.taken++
    return pending
  }

  /** Forgets the batches that are no longer on disk as a whole, and returns them. */
  forgetMissing(): readonly Pending[] {
    return this.backlog.remove((pending) => !this.journal.holds(pending))
  }
}
