import type { Clock, TimerHandle } from '../common/clock.js'
import type { BatchMark, EntryRange, SendAgain } from '../delivery/store/batch-store.js'
import { halfId } from '../delivery/store/half-id.js'
import type { NewPending, Pending, Source, TakenBatch } from './source.js'
import { countFitting } from './write-set.js'

export interface StoredBatchesParts {
  readonly clock: Clock
  readonly newId: () => string
  /** In the order in which batches are taken from them; none while the destination changes. */
  readonly sources: () => readonly Source[]
  /** Records that these entries are one batch. Never rejects. */
  readonly writeMark: (source: Source, mark: BatchMark) => Promise<void>
  /** The entries of a batch have come to their end. */
  readonly onEnd: (source: Source, range: EntryRange) => void
  readonly onLost: (reason: 'spool_full' | 'spool_corrupt', entries: number) => void
  /** A batch cannot be read now, and stays where it is. */
  readonly onUnreadable: (source: Source, error: unknown) => void
  /** A batch that had to wait may be sent again. */
  readonly onRetry: () => void
}

/** Delay in ms before a batch that could not be read is tried again. */
const READ_AGAIN_MS = 30_000

/** Takes the batches that are on disk only, in sending order, and puts them back. */
export class StoredBatches {
  readonly #parts: StoredBatchesParts
  #timer: TimerHandle | undefined
  /** The highest round so far. */
  #round = 0

  constructor(parts: StoredBatchesParts) {
    this.#parts = parts
  }

  /** Whether a batch can be taken now. */
  get hasNext(): boolean {
    const now = this.#parts.clock.monotonic()
    return this.#parts.sources().some(({ backlog }) => backlog.some(({ notBefore }) => notBefore <= now))
  }

  /** Adds entries that are on disk only from now on. */
  add(source: Source, pending: NewPending): void {
    source.backlog.push({ ...pending, round: this.#round, notBefore: 0 })
  }

  /**
   * Takes the next batch, with its mark written: of the lowest round, that of the first source. Until all of that is
   * done the batch stays in its backlog. Undefined if no batch can be read now. Calls must not overlap.
   */
  async next(): Promise<TakenBatch | undefined> {
    for (let found = this.#pick(); found !== undefined; found = this.#pick()) {
      const [source, pending] = found
      const { directory } = source.journal
      const isStill = () => this.#waits(source, pending) && source.journal.directory === directory
      try {
        const batch = await this.#open(source, pending, isStill)
        if (batch !== undefined) return batch
      } catch (error) {
        if (!isStill()) continue
        // A batch that cannot be read is not lost.
        this.#parts.onUnreadable(source, error)
        this.#postpone(pending, READ_AGAIN_MS)
      }
    }
    return undefined
  }

  /** The batch is to be sent again. False if its file had to be deleted while it was being sent. */
  putBack(batch: TakenBatch, { where, attempts, mayBeTaken, waitMs }: SendAgain): boolean {
    const { source, pending, destination } = batch
    source.taken.delete(batch)
    if (!source.journal.holds(batch)) return false
    pending.attempts = attempts
    pending.boundTo = mayBeTaken ? destination.apiKey : undefined
    if (where === 'first') {
      source.backlog.unshift(pending)
    } else {
      pending.round = ++this.#round
      source.backlog.push(pending)
    }
    if (waitMs > 0) this.#postpone(pending, waitMs)
    return true
  }

  /** Divides the batch into halves with ids of their own. False when it cannot be halved. */
  halve(batch: TakenBatch): boolean {
    const { source, numbers, id, pending } = batch
    if (numbers.length < 2) return false
    const middle = Math.ceil(numbers.length / 2)
    const halves = [numbers.slice(0, middle), numbers.slice(middle)].map((half, n): Pending => {
      const [first, last] = [half[0] as number, half.at(-1) as number]
      const range = { first, count: last - first + 1, present: half.length }
      // The service has refused the batch, and accepted nothing of it.
      const fresh = { id: halfId(id, n), isMarked: false, attempts: 0, boundTo: undefined }
      return { ...pending, ...range, ...fresh }
    })
    source.taken.delete(batch)
    source.backlog.unshift(...halves)
    return true
  }

  /** Sets the timer for the batch whose wait ends first, if any batch has to wait. */
  wakeLater(): void {
    const { clock, sources, onRetry } = this.#parts
    const now = clock.monotonic()
    const times = sources().flatMap(({ backlog }) => backlog.map(({ notBefore }) => notBefore))
    const waits = times.filter((time) => time > now)
    clock.clearTimer(this.#timer)
    if (waits.length === 0) return
    this.#timer = clock.setTimer(
      () => {
        if (this.hasNext) onRetry()
        this.wakeLater()
      },
      Math.min(...waits) - now,
    )
  }

  close(): void {
    this.#parts.clock.clearTimer(this.#timer)
  }

  #pick(): [Source, Pending] | undefined {
    const now = this.#parts.clock.monotonic()
    let next: [Source, Pending] | undefined
    for (const source of this.#parts.sources()) {
      for (const pending of source.backlog) {
        const isNext = next === undefined || pending.round < next[1].round
        if (isNext && pending.notBefore <= now) next = [source, pending]
      }
    }
    return next
  }

  /** Reads a batch and writes its mark, unless it has one. Undefined when it cannot be sent, or not now. */
  async #open(source: Source, pending: Pending, isStill: () => boolean): Promise<TakenBatch | undefined> {
    const { onLost, onEnd, newId, writeMark } = this.#parts
    const found = await source.journal.read(pending)
    // The file may have been deleted to make room, or the journal moved.
    if (!isStill()) return undefined
    const lost = pending.present - found.length
    if (lost > 0) onLost('spool_corrupt', lost)
    pending.present = found.length
    if (found.length === 0) {
      source.remove(pending)
      onEnd(source, pending)
      return undefined
    }
    const read = found.map(({ json }) => json)
    // A batch that was sent before stays whole, whatever its size: with another id its entries would be counted twice.
    const fitting = pending.id === undefined ? countFitting(read) : read.length
    if (fitting < read.length) {
      const first = (found[fitting] as { number: number }).number
      const rest = { first, count: pending.first + pending.count - first, present: read.length - fitting }
      source.backlog.splice(source.backlog.indexOf(pending) + 1, 0, { ...pending, ...rest })
      pending.count = first - pending.first
      pending.present = fitting
    }
    pending.id ??= newId()
    const { queue, first, count, id, attempts } = pending
    const mark = { queue, first, count, id }
    if (!pending.isMarked) await writeMark(source, mark)
    pending.isMarked = true
    if (!isStill()) return undefined
    source.remove(pending)
    const entries = read.slice(0, fitting)
    const numbers = found.slice(0, fitting).map(({ number }) => number)
    const { destination } = source.folder
    const mayBeTaken = pending.boundTo !== undefined
    const batch = { ...mark, entries, numbers, attempts, mayBeTaken, destination, source, pending }
    source.taken.add(batch)
    return batch
  }

  /** Whether the batch may be taken, and has not been removed. */
  #waits(source: Source, pending: Pending): boolean {
    return this.#parts.sources().includes(source) && source.backlog.includes(pending)
  }

  /** The batch goes behind all others, and not before that time has passed. */
  #postpone(pending: Pending, waitMs: number): void {
    pending.round = ++this.#round
    pending.notBefore = this.#parts.clock.monotonic() + waitMs
    this.wakeLater()
  }
}
