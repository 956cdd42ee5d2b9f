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
  /** Exactly the bytes of the entry's JSON. They must not change while they are written. */
  readonly json: Buffer
}

/** What is written at once. */
export interface WriteSet {
  readonly marks: readonly BatchMark[]
  readonly entries: readonly StoredEntry[]
}

/** The address and key that a batch is for. */
export interface BatchDestination {
  readonly apiUrl: string
  readonly apiKey: string
}

/** What is known of a batch that leaves memory. */
export interface SpilledBatch {
  /** The id under which the batch was sent; undefined for one that never was. */
  readonly id: string | undefined
  /** The batch's mark is stored. */
  readonly isMarked: boolean
  /** Attempts so far that ended without a final answer. */
  readonly attempts: number
  /** The key of the project that may have accepted the batch; undefined when none has. */
  readonly boundTo: string | undefined
}

/** A batch that is only in the store, taken from it to be sent. */
export interface StoredBatch extends BatchMark {
  /** Fewer than `count` when some could not be read back. */
  readonly entries: readonly Buffer[]
  readonly attempts: number
  /** The service may have accepted the batch, although no answer says so. */
  readonly mayBeTaken: boolean
  /** The only address and key that the batch may be sent with. */
  readonly destination: BatchDestination
}

/** How a batch is to be sent again. */
export interface SendAgain {
  /** Before or behind all other batches. */
  readonly where: 'first' | 'last'
  readonly attempts: number
  readonly mayBeTaken: boolean
  /** Milliseconds that must pass before the batch is sent again. */
  readonly waitMs: number
}

/** What a store asks and tells the queue in front of it. */
export interface StoreUser {
  /** There may be a batch to take. */
  onBacklog(): void
  /** The store has lost everything that memory still has. */
  onForgotten(): void
  /** The written entries that are still in memory. */
  inMemory(): readonly EntryRange[]
  /** The batches in memory that the project with this key may have accepted, or is being sent. */
  boundInMemory(apiKey: string): WriteSet
}

/**
 * A persistent store behind the queue. This interface is all that delivery knows of a spool. Nothing here throws or
 * rejects; losses are reported to the creator of the store.
 */
export interface BatchStore {
  /** Entries that are only in the store, without those being sent. */
  readonly count: number
  /** The destination has changed, and what is stored has not followed yet. */
  readonly isMoving: boolean
  /** Whether {@link next} can give a batch now. */
  readonly hasNext: boolean
  /** Numbers of the oldest stored entries written by this process, also while they are sent; Infinity for none. */
  readonly oldest: readonly number[]
  attach(user: StoreUser): void
  /** Resolves to whether all of the set is stored. A later mark of an entry replaces an earlier one. */
  write(set: WriteSet): Promise<boolean>
  /** The same synchronously. */
  writeNow(set: WriteSet): boolean
  /** For the end of the process: what waits for the disk since the destination has changed is done at once. */
  finishMoveNow(): void
  /** Written entries are delivered or dropped. */
  ack(range: EntryRange): void
  ackNow(ranges: readonly EntryRange[]): void
  /** Written entries have left memory and are only in the store now. */
  spill(range: EntryRange, batch: SpilledBatch): void
  /** The next batch that is only in the store, with its mark written; undefined when there is none now. */
  next(): Promise<StoredBatch | undefined>
  /** The batch is delivered or dropped. */
  ackBatch(batch: StoredBatch): void
  /** The whole batch is to be sent again later. */
  nack(batch: StoredBatch, again: SendAgain): void
  /** Divides the batch into halves with ids of their own. False when it cannot be halved. */
  halve(batch: StoredBatch): boolean
  /** Whether these entries are stored for a former destination. Writing them again moves them to the present one. */
  isWithFormer(range: EntryRange): boolean
}
