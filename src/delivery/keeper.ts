import type { Buffer } from 'node:buffer'

/** Consecutive entries of one line. */
export interface EntryRange {
  /** Which line: 0 for logs, 1 for request entries. */
  readonly line: number
  /** Number of the oldest. */
  readonly first: number
  readonly count: number
}

/** A range that travels, or has travelled, as one batch under this id. */
export interface Border extends EntryRange {
  readonly id: string
}

export interface KeptEntry {
  readonly line: number
  readonly number: number
  readonly json: Buffer
}

/** What is written in one go. */
export interface Pages {
  readonly borders: readonly Border[]
  readonly entries: readonly KeptEntry[]
}

/** A batch that only the keeper has, taken from it to be sent. */
export interface StoredBatch extends Border {
  /** Fewer than the count where some could not be read back. */
  readonly entries: readonly Buffer[]
  /** Written by this process, and not taken over from one that ended. */
  readonly isOwn: boolean
}

/**
 * Keeps entries beyond the process. What delivery needs of a spool, and all it knows of it. Nothing here throws
 * or rejects; what the keeper has to say of losses it says to whoever made it.
 */
export interface Keeper {
  /** Entries that are nowhere but here. */
  readonly count: number
  /** Numbers of the oldest of these that this process wrote, by line; Infinity for none. */
  readonly oldest: readonly number[]
  /** Resolves to whether it is all kept now. A later border of an entry takes the place of an earlier one. */
  write(pages: Pages): Promise<boolean>
  /** The same while everything stands still. */
  writeNow(pages: Pages): boolean
  /** Entries that were written have come to their end, good or bad. */
  settle(range: EntryRange): void
  settleNow(ranges: readonly EntryRange[]): void
  /** Entries that were written are nowhere but here from now on; with the id under which they have travelled. */
  entrust(range: EntryRange, id: string | undefined): void
  /** The next batch that is nowhere but here, its border written; undefined when there is none. */
  next(): Promise<StoredBatch | undefined>
  /** It has come to its end. */
  finish(batch: StoredBatch): void
  /** It is to be sent again later, whole. */
  giveBack(batch: StoredBatch, where: 'first' | 'last'): void
  /** Its halves are to be sent under ids of their own. False when it cannot be halved. */
  halve(batch: StoredBatch): boolean
  /** Called when there is something to take, after there was nothing. */
  onBacklog: () => void
  /** Lets go. Gives back whether everything that was written and not settled is safe. */
  close(): Promise<void>
}
