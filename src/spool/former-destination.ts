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
 * The batches of this process for a former destination. Batches that the former destination may have accepted keep it,
 * and their ids. This process owns the folder while one of them is being sent; what is left then belongs to the next
 * process with the former address and key.
 */
export class FormerDestination {
  readonly source: SpoolSource
  readonly #owner: Owner
  readonly #adopted: SpoolSource[] = []
  /** Entries in the folder that are still sent from memory. */
  #held: readonly Range[] = []
  /** Batches that are being written into it. */
  #expected: readonly Range[] = []

  constructor(owner: Owner, destination: Destination, segmentBytes: number) {
    this.#owner = owner
    this.source = new SpoolSource(new Journal(owner.directory, segmentBytes), destination, true)
    this.source.isRetired = true
  }

  /** Whether no batch of the folder is being sent. */
  get isIdle(): boolean {
    return (
      this.#held.length === 0 && this.source.taken === 0 && this.#adopted.every(({ taken }) => taken === 0)
    )
  }

  /** Whether it has these entries, or will have them in a moment. */
  holds(range: Range): boolean {
    const isSame = ({ queue, first, count }: Range) =>
      queue === range.queue && first < range.first + range.count && range.first < first + count
    return this.source.journal.hasAny(range) || this.#expected.some(isSame)
  }

  /** From here on these batches count as its own: they may come to their end before they are written. */
  expect(ranges: readonly Range[]): void {
    this.#expected = ranges
  }

  has(source: SpoolSource): boolean {
    return source === this.source || this.#adopted.includes(source)
  }

  /** Takes a journal that had been taken over, and a batch of which is being sent. */
  async adopt(source: SpoolSource): Promise<void> {
    const folder = adoptedFolder(this.#owner.directory)
    makeFolder(folder)
    const now = join(folder, basename(source.journal.directory))
    await rename(source.journal.directory, now)
    source.journal.directory = now
    this.#adopted.push(source)
  }

  /** Writes batches of this process into the folder. */
  async keep(set: WriteSet): Promise<void> {
    if (set.marks.length > 0) await this.source.journal.append(linesOf(set), set.entries)
  }

  /** Writes batches of this process into the folder that are still sent from memory. */
  async hold(set: WriteSet): Promise<void> {
    await this.keep(set)
    this.#held = set.marks
  }

  /** The entries are no longer sent from memory. */
  forget({ queue, first, count }: Range): void {
    this.#held = this.#held.filter(
      (held) => held.queue !== queue || held.first < first || held.first >= first + count,
    )
  }

  /** A batch in the folder is delivered or dropped. */
  async ack({ journal }: SpoolSource, range: Range): Promise<void> {
    this.forget(range)
    journal.end(range)
    await journal.append([doneLineOf(range)])
  }

  /** The same synchronously. @returns true */
  ackNow(range: Range): true {
    const { journal } = this.source
    this.forget(range)
    journal.end(range)
    try {
      journal.appendNow([doneLineOf(range)])
    } catch {
      // The batch will be sent again, under the same id.
    }
    return true
  }

  /** Releases the folder to other processes. */
  async release(): Promise<void> {
    try {
      for (const { journal } of [...this.#adopted, this.source]) await journal.close()
      if (this.source.journal.live === 0) await removeOwnerFolder(this.#owner.directory)
    } catch {
      // The folder then stays, and its files record what is done.
    } finally {
      this.#owner.release()
    }
  }
}
