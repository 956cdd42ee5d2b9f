import type { Pending } from './backlog.js'
import type { FormerDestination } from './former-destination.js'
import type { SpoolSource } from './spool-source.js'
import type { Range, WriteSet } from './write-set.js'

/** The former destinations of this process that still have batches. */
export class FormerDestinations {
  /** Entries of this process that stay on disk for a former destination. */
  leftBehind = 0
  readonly #all = new Set<FormerDestination>()
  readonly #bound: Pending[] = []

  add(former: FormerDestination): void {
    this.#all.add(former)
  }

  /** The former destination that has these entries. */
  with(range: Range): FormerDestination | undefined {
    return [...this.#all].find((each) => each.holds(range))
  }

  /** Without the batches that an earlier change of the destination has left on disk already. */
  notHeldYet({ marks, entries }: WriteSet): WriteSet {
    return {
      marks: marks.filter((mark) => this.with(mark) === undefined),
      entries: entries.filter(
        ({ queue, number }) => this.with({ queue, first: number, count: 1 }) === undefined,
      ),
    }
  }

  /** The former destination that a source belongs to now. */
  of(source: SpoolSource): FormerDestination | undefined {
    return [...this.#all].find((each) => each.has(source))
  }

  /** Batches of this process that are to be left to the former destination. */
  bind(pending: readonly Pending[]): void {
    this.#bound.push(...pending)
    this.leftBehind += countOf(pending)
  }

  takeBound(): readonly Pending[] {
    return this.#bound.splice(0)
  }

  /** Releases folders of which nothing is being sent. Must run as a step of the disk order. */
  async releaseIdle(): Promise<void> {
    for (const former of this.#all) {
      if (!former.isIdle) continue
      this.#all.delete(former)
      await former.release()
    }
  }

  /** Releases all folders. Must run as a step of the disk order. */
  async close(): Promise<void> {
    for (const former of this.#all) await former.release()
  }
}

/** The number of readable entries in the batches. */
export function countOf(pending: readonly Pending[]): number {
  return pending.reduce((sum, { present }) => sum + present, 0)
}
