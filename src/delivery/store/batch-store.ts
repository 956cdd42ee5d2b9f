import type { Buffer } from 'node:buffer'

/** Consecutive entries of one queue. */
export interface EntryRange {
  /** Which queue: 0 for logs, 1 for request entries. */
  readonly line: number
  /** Number of the oldest. */
  readonly first: number
  readonly count: number
}

/** A range that travels, or has travelled, as one batch under this id. */
export interface BatchMark extends EntryRange {
  readonly id: string
}

export interface StoredEntry {
  readonly line: number
  readonly number: number
  readonly json: Buffer
}

/** What is written in one go. */
export interface WriteSet {
  readonly marks: readonly BatchMark[]
  readonly entries: readonly StoredEntry[]
}

/** A batch that is only in the store, taken from it to be sent. */
export interface StoredBatch extends BatchMark {
  /** Fewer than the count where some could not be read back. */
  readonly entries: readonly Buffer[]
  /** Written by this process, and not taken over from one that ended. */
  readonly isOwn: boolean
  /** Sends so far that ended without a final answer. */
  readonly attempts: number
  /** The only address and key that it may be sent with. */
  readonly destination: { readonly apiUrl: string; readonly apiKey: string }
}

/** How a batch is to be sent again. */
export interface SendAgain {
  /** Before all others, or behind all others. */
  readonly where: 'first' | 'last'
  /** Sends so far that ended without a final answer. */
  readonly attempts: number
  /** The service may have taken it, although no answer says so. */
  readonly mayBeTaken: boolean
  /** Not before so many milliseconds have passed. */
  readonly waitMs: number
}

/**
 * A store behind the queue that outlives the process: what delivery needs of a spool, and all it knows of it. Nothing
 * here throws or rejects; losses are told to whoever made the store.
 */
export interface BatchStore {
  /** Entries that are only in the store, those that are being sent not included. */
  readonly count: number
  /** Whether {@link next} can give a batch now. */
  readonly hasNext: boolean
  /** Numbers of the oldest of these that this process wrote, by queue; Infinity for none. */
  readonly oldest: readonly number[]
  /** Resolves to whether all of it is stored. A later mark of an entry takes the place of an earlier one. */
  write(set: WriteSet): Promise<boolean>
  /** The same synchronously. */
  writeNow(set: WriteSet): boolean
  /** Entries that were written are delivered or dropped. */
  ack(range: EntryRange): void
  ackNow(ranges: readonly EntryRange[]): void
  /**
   * Entries that were written are only in the store from now on.
   * @param id under which they have travelled
   * @param attempts sends so far that ended without a final answer
   * @param mayBeTaken the service may have taken them, although no answer says so
   */
  spill(range: EntryRange, id: string | undefined, attempts: number, mayBeTaken: boolean): void
  /** The next batch that is only in the store, its mark written; undefined when there is none now. */
  next(): Promise<StoredBatch | undefined>
  /** The batch is delivered or dropped. */
  ackBatch(batch: StoredBatch): void
  /** The batch is to be sent again later, whole. */
  nack(batch: StoredBatch, again: SendAgain): void
  /** Its halves are to be sent under ids of their own. False when it cannot be halved. */
  halve(batch: StoredBatch): boolean
  /** Whether these entries were left, on disk too, with a destination of before to which memory still sends them. */
  isLeftWithFormer(range: EntryRange): boolean
  /** Called when there may be something to take. */
  onBacklog: () => void
  /** Called when nothing that memory still has is in the store any more. */
  onForgotten: () => void
  /** Asked for the written entries that memory still has. */
  inMemory: () => readonly EntryRange[]
  /** Asked for the batches in memory that the destination before may have taken. */
  boundInMemory: (apiKey: string) => WriteSet
}
