import { rename } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { adoptedFolder, type Destination } from './destination-folder.js'
import { Journal } from './journal.js'
import { makeFolder } from './make-folder.js'
import type { Owner } from './owner.js'
import { removeOwnerFolder } from './owner-folder.js'
import { SpoolSource } from './spool-source.js'
import { doneLineOf, linesOf, type Range, type WriteSet } from './write-set.js'

/**
 * What this process has for the destination that it had before. Batches that the former destination may have taken
 * stay with it, under their ids. The folder is this process's for as long as one of them is still being sent; what
 * is left then is for the next process with the former address and key.
 */
export class FormerDestination {
  readonly source: SpoolSource
  readonly #owner: Owner
  readonly #adopted: SpoolSource[] = []
  /** Batches that memory still sends. */
  #held: readonly Range[] = []
  /** Batches that are being written into it. */
  #expected: readonly Range[] = []

  constructor(owner: Owner, destination: Destination, segmentBytes: number) {
    this.#owner = owner
    this.source = new SpoolSource(new Journal(owner.directory, segmentBytes), destination, true)
    this.source.isRetired = true
  }

  /** Whether nothing of it is being sent. */
  get isIdle(): boolean {
    return (
      this.#held.length === 0 && this.source.taken === 0 && this.#adopted.every(({ taken }) => taken === 0)
    )
  }

  /** Whether it has these entries, or will have them in a moment. */
  holds(range: Range): boolean {
    const isSame = ({ line, first, count }: Range) =>
      line === range.line && first < range.first + range.count && range.first < first + count
    return this.source.journal.hasAny(range) || this.#expected.some(isSame)
  }

  /** From here on these batches count as its own: they may come to their end before they are written. */
  expect(ranges: readonly Range[]): void {
    this.#expected = ranges
  }

  has(source: SpoolSource): boolean {
    return source === this.source || this.#adopted.includes(source)
  }

  /** Takes a journal that had been taken over, and of which a batch is still being sent. */
  async adopt(source: SpoolSource): Promise<void> {
    const folder = adoptedFolder(this.#owner.directory)
    makeFolder(folder)
    const now = join(folder, basename(source.journal.directory))
    await rename(source.journal.directory, now)
    source.journal.directory = now
    this.#adopted.push(source)
  }

  /** Writes batches of this process into it. */
  async keep(set: WriteSet): Promise<void> {
    if (set.marks.length > 0) await this.source.journal.append(linesOf(set), set.entries)
  }

  /** Writes batches of this process into it that memory goes on sending. */
  async hold(set: WriteSet): Promise<void> {
    await this.keep(set)
    this.#held = set.marks
  }

  /** Memory no longer sends these entries. */
  releaseHeld({ line, first, count }: Range): void {
    this.#held = this.#held.filter(
      (held) => held.line !== line || held.first < first || held.first >= first + count,
    )
  }

  /** A batch of it is delivered or dropped. */
  async ack({ journal }: SpoolSource, range: Range): Promise<void> {
    this.releaseHeld(range)
    journal.end(range)
    await journal.append([doneLineOf(range)])
  }

  /** The same synchronously. @returns true */
  ackNow(range: Range): true {
    const { journal } = this.source
    this.releaseHeld(range)
    journal.end(range)
    try {
      journal.appendNow([doneLineOf(range)])
    } catch {
      // Then it is sent once more, under the id it had.
    }
    return true
  }

  /** Leaves it to others. */
  async release(): Promise<void> {
    try {
      for (const { journal } of [...this.#adopted, this.source]) await journal.close()
      if (this.source.journal.live === 0) await removeOwnerFolder(this.#owner.directory)
    } catch {
      // Then it stays, and says itself what of it is done.
    } finally {
      this.#owner.release()
    }
  }
}
