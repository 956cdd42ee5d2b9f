import type { BatchDestination, EntryRange, StoredBatch } from '../delivery/store/batch-store.js'
import type { Journal } from './journal.js'

/** Entries that are on disk only and are sent as one batch. */
export interface Pending extends EntryRange {
  /** Entries, from the first number to the last one. */
  count: number
  /** How many of the entries can be read; less than `count` if some were torn. */
  present: number
  /** The id under which the batch is sent, once it has one. */
  id: string | undefined
  /** The id's mark is on disk. */
  isMarked: boolean
  /** Attempts so far that ended without a final answer. */
  attempts: number
  /** Batches of a lower round are sent first. A batch that moves behind all others begins a new round. */
  round: number
  /** The key of the project that may have accepted the batch; undefined when none has. */
  boundTo: string | undefined
  /** Monotonic time in ms before which the batch must not be sent. */
  notBefore: number
}

/** A batch that no backlog has yet. */
export type NewPending = Omit<Pending, 'round' | 'notBefore'>

/** A batch that is being sent. */
export interface TakenBatch extends StoredBatch {
  /** Changes with the destination: a batch that may have been accepted stays in the former destination's folder. */
  source: Source
  readonly pending: Pending
  /** The numbers of the entries in the batch. */
  readonly numbers: readonly number[]
}

/** This process's folder for one destination. What is in it is sent to no other destination. */
export interface JournalFolder {
  readonly destination: BatchDestination
  readonly directory: string
  /** Batches of this process that this destination may have accepted before another one took its place. */
  readonly left: Source
  /** Journals of processes that have ended, and journals of this process that could not follow the destination. */
  readonly adopted: Source[]
  /** Entries that are in the folder only, by who wrote them. */
  count(isOwn: boolean): number
  /** Deletes a journal that was taken over and has no batches left. Must run as a step of the disk order. */
  removeSpent(source: Source): Promise<void>
  /** From here on other processes may take over the folder. */
  release(): void
}

/** A journal, and its batches that are on disk only. */
export class Source {
  /** Waiting batches, in sending order. */
  readonly backlog: Pending[] = []
  /** Batches that are being sent. */
  readonly taken = new Set<TakenBatch>()
  readonly journal: Journal
  /**
   * The folder that the journal lies in, and with it the destination of its batches. Changes only for this process's
   * own journal, in the same turn in which that is moved.
   */
  folder: JournalFolder
  /** Written by this process, and not taken over from another one. */
  readonly isOwn: boolean

  constructor(journal: Journal, folder: JournalFolder, isOwn: boolean) {
    this.journal = journal
    this.folder = folder
    this.isOwn = isOwn
  }

  /** Readable entries in the backlog. */
  get count(): number {
    return this.backlog.reduce((sum, { present }) => sum + present, 0)
  }

  /** Whether every batch of the source is delivered or dropped. */
  get isSpent(): boolean {
    return this.backlog.length === 0 && this.taken.size === 0
  }

  /** Removes a batch from the backlog. False if it was not there. */
  remove(pending: Pending): boolean {
    const at = this.backlog.indexOf(pending)
    if (at >= 0) this.backlog.splice(at, 1)
    return at >= 0
  }

  /** Forgets and returns the batches that are no longer complete on disk. */
  forgetMissing(): readonly Pending[] {
    const missing = this.backlog.filter((pending) => !this.journal.holds(pending))
    for (const pending of missing) this.remove(pending)
    return missing
  }
}
