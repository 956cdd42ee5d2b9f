import { Backlog, type Pending } from './backlog.js'
import type { Destination } from './destination-folder.js'
import type { Journal } from './journal.js'

/** A journal, and its batches that are on disk only. */
export class SpoolSource {
  readonly journal: Journal
  readonly backlog = new Backlog()
  /** Written by this process, and not taken over from another one. */
  readonly isOwn: boolean
  /**
   * Where the batches are sent. That of this process's own source follows the options; that of any other never changes.
   */
  destination: Destination
  /** Batches of the source that are being read or sent. */
  taken = 0
  /** The destination has changed: nothing more may be taken from the source. */
  isRetired = false

  constructor(journal: Journal, destination: Destination, isOwn: boolean) {
    this.journal = journal
    this.destination = destination
    this.isOwn = isOwn
  }

  /** Whether every batch of the source is delivered or dropped. */
  get isSpent(): boolean {
    return this.backlog.count === 0 && this.taken === 0
  }

  take(): Pending | undefined {
    const pending = this.backlog.take()
    if (pending !== undefined) this.taken++
    return pending
  }

  /** Forgets and returns the batches that are no longer complete on disk. */
  forgetMissing(): readonly Pending[] {
    return this.backlog.remove((pending) => !this.journal.holds(pending))
  }
}
