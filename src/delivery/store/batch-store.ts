import type { Buffer } from 'node:buffer'

/** Consecutive entries of one queue. */
export interface EntryRange {
  /** Index of the queue: 0 for logs, 1 for request entries. */
  readonly queue: number
  /** Number of the oldest entry. */
  readonly first: number
  readonly count: number
}

/** A range that is or was sent as one batch under this id. */
export interface BatchMark extends EntryRange {
  readonly id: string
}

export interface StoredEntry {
  readonly queue: number
  readonly number: number
  readonly json: Buffer
}

/** What is written at once. */
export interface WriteSet {
  readonly marks: readonly BatchMark[]
  readonly entries: readonly StoredEntry[]
}

/** A batch that is only in the store, taken from it to be sent. */
export interface StoredBatch extends BatchMark {
  /** Fewer than `count` when some could not be read back. */
  readonly entries: readonly Buffer[]
  /** Written by this process, and not taken over from one that has ended. */
  readonly isOwn: boolean
  /** Attempts so far that ended without a final answer. */
  readonly attempts: number
  /** The only address and key that the batch may be sent with. */
  readonly destination: { readonly apiUrl: string; readonly apiKey: string }
}

/** How a batch is to be sent again. */
export interface SendAgain {
  /** Before or behind all other batches. */
  readonly where: 'first' | 'last'
  /** Attempts so far that ended without a final answer. */
  readonly attempts: number
  /** The service may have accepted the batch, although no answer says so. */
  readonly mayBeTaken: boolean
  /** Milliseconds that must pass before the batch is sent again. */
  readonly waitMs: number
}

/**
 * A persistent store behind the queue. This interface is all that delivery knows of a spool. Nothing here throws or
 * rejects; losses are reported to the creator of the store.
 */
export interface BatchStore {
  /** Entries that are only in the store, without those being sent. */
  readonly count: number
  /** Whether {@link next} can give a batch now. */
  readonly hasNext: boolean
  /** Numbers of the oldest stored entries written by this process, by queue; Infinity for none. */
  readonly oldest: readonly number[]
  /** Resolves to whether all of the set is stored. A later mark of an entry replaces an earlier one. */
  write(set: WriteSet): Promise<boolean>
  /** The same synchronously. */
  writeNow(set: WriteSet): boolean
  /** Written entries are delivered or dropped. */
  ack(range: EntryRange): void
  ackNow(ranges: readonly EntryRange[]): void
  /**
   * Written entries have left memory and are only in the store now.
   * @param id the id under which they were sent
   * @param attempts attempts so far that ended without a final answer
   * @param mayBeTaken the service may have accepted them, although no answer says so
   */
  spill(range: EntryRange, id: string | undefined, attempts: number, mayBeTaken: boolean): void
  /** The next batch that is only in the store, with its mark written; undefined when there is none now. */
  next(): Promise<StoredBatch | undefined>
  /** The batch is delivered or dropped. */
  ackBatch(batch: StoredBatch): void
  /** The whole batch is to be sent again later. */
  nack(batch: StoredBatch, again: SendAgain): void
  /** Divides the batch into halves with ids of their own. False when it cannot be halved. */
  halve(batch: StoredBatch): boolean
  /** Whether these entries were left, on disk too, with a destination of before to which memory still sends them. */
  isLeftWithFormer(range: EntryRange): boolean
  /** Called when there may be something to take. */
  onBacklog: () => void
  /** Called when the store has lost everything that memory still has. */
  onForgotten: () => void
  /** Returns the written entries that are still in memory. */
  inMemory: () => readonly EntryRange[]
  /** Asked for the batches in memory that the destination before may have taken. */
  boundInMemory: (apiKey: string) => WriteSet
}
