import type { Pending } from './backlog.js'
import type { FormerDestination } from './former-destination.js'
import type { SpoolSource } from './spool-source.js'
import type { Range, WriteSet } from './write-set.js'

/** What this process has left to destinations that it had before. */
export class FormerDestinations {
  /** Own entries that stay on disk for one of them. */
  leftBehind = 0
  readonly #all = new Set<FormerDestination>()
  readonly #bound: Pending[] = []

  add(former: FormerDestination): void {
    this.#all.add(former)
  }

  /** The one that has these entries. */
  with(range: Range): FormerDestination | undefined {
    return [...this.#all].find((each) => each.holds(range))
  }

  /** What of a set none of them has. */
  notHeldYet({ marks, entries }: WriteSet): WriteSet {
    return {
      marks: marks.filter((mark) => this.with(mark) === undefined),
      entries: entries.filter(
        ({ line, number }) => this.with({ line, first: number, count: 1 }) === undefined,
      ),
    }
  }

  /** The one to which a source belongs now. */
  of(source: SpoolSource): FormerDestination | undefined {
    return [...this.#all].find((each) => each.has(source))
  }

  /** Own batches that are to be left to the destination before. */
  bind(pending: readonly Pending[]): void {
    this.#bound.push(...pending)
    this.leftBehind += countOf(pending)
  }

  takeBound(): readonly Pending[] {
    return this.#bound.splice(0)
  }

  /** Leaves to others what is no longer sent. To be run in order. */
  async releaseIdle(): Promise<void> {
    for (const former of this.#all) {
      if (!former.isIdle) continue
      this.#all.delete(former)
      await former.release()
    }
  }

  /** Leaves everything to others. To be run in order. */
  async close(): Promise<void> {
    for (const former of this.#all) await former.release()
  }
}

/** Entries in the batches that can be read. */
export function countOf(pending: readonly Pending[]): number {
  return pending.reduce((sum, { present }) => sum + present, 0)
}
