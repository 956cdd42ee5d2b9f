import type { Journal } from './journal.js'
import { doneLineOf, type Range } from './write-set.js'

/**
 * Acknowledged entries that the journal's files do not record yet. Entries are kept in groups. A group is written
 * behind all writes that had begun when it was closed: the line that acknowledges an entry must not stand in an older
 * file than the entry, because older files are deleted first.
 */
export class AckLog {
  readonly #groups = new Set<Range[]>()
  /** The newest group; undefined if a write has begun since. */
  #open: Range[] | undefined
  /** Counted as done in the journal, but not recorded in its files because the write failed. */
  #unwritten: Range[] = []

  /** A write begins: later acknowledgements must be written behind it. */
  writeBegins(): void {
    this.#open = undefined
  }

  /** Adds a range. @returns the new group, to be written, if the range has started one */
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

  /** Records a group in the journal. What cannot be written is written with the next group. */
  async write(group: Range[], journal: Journal): Promise<void> {
    if (this.#open === group) this.#open = undefined
    this.#groups.delete(group)
    // The group was written synchronously at the end of the process.
    if (group.length === 0) return
    for (const range of group) journal.end(range)
    const ranges = [...this.#unwritten, ...group]
    this.#unwritten = []
    try {
      // A journal without live entries is deleted with all of its files, so nothing has to be recorded.
      if (journal.live > 0) await journal.append(ranges.map(doneLineOf))
    } catch (error) {
      this.#unwritten = ranges
      throw error
    } finally {
      // Also after a failed write: deleting a file needs no space, and deleted entries cannot be delivered twice.
      await journal.trim()
    }
  }

  /** Counts all added ranges, and `ranges`, as done. @returns the ranges that still have to be recorded */
  takeAll(journal: Journal, ranges: readonly Range[]): readonly Range[] {
    const added = [...this.#groups, ranges].flat()
    for (const group of this.#groups) group.length = 0
    for (const range of added) journal.end(range)
    const all = [...this.#unwritten, ...added]
    this.#unwritten = []
    return all
  }

  /** The journal no longer belongs to this process. */
  clear(): void {
    for (const group of this.#groups) group.length = 0
    this.#unwritten = []
  }
}
