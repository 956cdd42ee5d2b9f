import type { Journal } from './journal.js'
import { doneLineOf, type Range } from './write-set.js'

/**
 * Entries of a journal that are delivered or dropped, and of which its files do not say so yet. They are kept in
 * groups, each to be written behind the writes that had begun by then: a line that says that an entry is done must
 * not stand in an older file than the entry, since older files are deleted first.
 */
export class AckLog {
  readonly #groups = new Set<Range[]>()
  /** The group that is last in order, unless a write has begun since. */
  #open: Range[] | undefined
  /** Counted in the journal, but the line about them could not be written. */
  #unwritten: Range[] = []

  /** A write begins: what is acknowledged from here on must stand behind it. */
  writeBegins(): void {
    this.#open = undefined
  }

  /** Adds a range. @returns the group that it began and that is now to be written, if it began one */
  add(range: Range): Range[] | undefined {
    if (this.#open !== undefined) {
      this.#open.push(range)
      return undefined
    }
    const group = [range]
    this.#open = group
    this.#groups.add(group)
    return group
  }

  /** Writes a group into the journal; what cannot be written is written with the next one. */
  async write(group: Range[], journal: Journal): Promise<void> {
    if (this.#open === group) this.#open = undefined
    this.#groups.delete(group)
    // At the end of the process they have been written synchronously.
    if (group.length === 0) return
    for (const range of group) journal.end(range)
    const ranges = [...this.#unwritten, ...group]
    this.#unwritten = []
    try {
      // Where nothing is left the files are deleted, and with them every line about what is done.
      if (journal.live > 0) await journal.append(ranges.map(doneLineOf))
    } catch (error) {
      this.#unwritten = ranges
      throw error
    } finally {
      // Also after a failure: deleting needs no room, and what is deleted cannot be delivered twice.
      await journal.trim()
    }
  }

  /** Counts all that was added, and `ranges`, as done. @returns what is still to be written about it */
  takeAll(journal: Journal, ranges: readonly Range[]): readonly Range[] {
    const added = [...this.#groups, ranges].flat()
    for (const group of this.#groups) group.length = 0
    for (const range of added) journal.end(range)
    const all = [...this.#unwritten, ...added]
    this.#unwritten = []
    return all
  }

  /** The journal is no longer this process's. */
  clear(): void {
    for (const group of this.#groups) group.length = 0
    this.#unwritten = []
  }
}
