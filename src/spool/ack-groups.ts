import type { EntryRange } from '../delivery/store/batch-store.js'

/**
 * Acknowledged ranges that are not recorded yet, in groups. A group is recorded behind all writes that had begun when
 * it was closed: the line that ends an entry must not stand in an older file than the entry, because older files are
 * deleted first.
 */
export class AckGroups {
  readonly #groups = new Set<EntryRange[]>()
  /** The newest group; undefined if a write has begun since. */
  #open: EntryRange[] | undefined

  get all(): readonly EntryRange[] {
    return [...this.#groups].flat()
  }

  /** A write begins: later acknowledgements must be recorded behind it. */
  writeBegins(): void {
    this.#open = undefined
  }

  /** Adds a range. @returns the new group, to be recorded, if the range has started one */
  add(range: EntryRange): readonly EntryRange[] | undefined {
    if (this.#open !== undefined) {
      this.#open.push(range)
      return undefined
    }
    this.#open = [range]
    this.#groups.add(this.#open)
    return this.#open
  }

  /** The group is being recorded and takes no more. */
  close(group: readonly EntryRange[]): void {
    if (this.#open === group) this.#open = undefined
    this.#groups.delete(group as EntryRange[])
  }
}
