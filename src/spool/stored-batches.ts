import type { Buffer } from 'node:buffer'
import type { Clock, TimerHandle } from '../common/clock.js'
import type { Pending } from './backlog.js'
import type { Destination } from './destination-folder.js'
import type { SpoolSource } from './spool-source.js'
import { type BatchMark, countFitting } from './write-set.js'

export interface SpoolBatch extends BatchMark {
  readonly entries: readonly Buffer[]
  readonly isOwn: boolean
  /** Attempts so far that ended without a final answer. */
  readonly attempts: number
  /** The only destination that the batch may be sent to. */
  readonly destination: Destination
}

/** A batch that is being sent. */
export interface TakenBatch extends SpoolBatch {
  /** Changes with the destination: a batch that may have been accepted moves to the former destination's source. */
  source: SpoolSource
  /** The numbers of the entries in the batch. */
  readonly numbers: readonly number[]
  readonly round: number
  /** The batch was returned after the destination had changed. It still has to be left to the former destination. */
  isLeft?: boolean
}

export interface StoredBatchesParts {
  readonly clock: Clock
  readonly newId: () => string
  /** In the order in which batches are taken from them. */
  readonly sources: () => readonly SpoolSource[]
  /** Records that these entries are one batch. Never rejects. */
  readonly writeMark: (source: SpoolSource, mark: BatchMark) => Promise<void>
  /** No entry of the batch can be sent. */
  readonly onEmpty: (source: SpoolSource, pending: Pending) => void
  readonly onLost: (reason: 'spool_full' | 'spool_corrupt', entries: number) => void
  /** A batch cannot be read now, and stays where it is. */
  readonly onUnreadable: (source: SpoolSource, error: unknown) => void
  /** The source of a batch was retired while the batch was read. */
  readonly onRetired: (source: SpoolSource, pending: Pending) => void
  /** A batch that had to wait may be sent again. */
  readonly onRetry: () => void
}

/** How a batch is to be sent again. */
export interface SendAgain {
  /** Before or behind all other batches. */
  readonly where: 'first' | 'last'
  readonly attempts: number
  readonly mayBeTaken: boolean
  readonly waitMs: number
}

interface Waiting {
  readonly source: SpoolSource
  readonly pending: Pending
  readonly untilMs: number
}

/** Delay in ms before a batch that could not be read is tried again. */
const READ_AGAIN_MS = 30_000

/** The batches that are on disk only, in sending order. */
export class StoredBatches {
  readonly #parts: StoredBatchesParts
  /** The batch that is being read: in no backlog any more, and not yet being sent. */
  #opening: { readonly source: SpoolSource; readonly pending: Pending } | undefined
  /** Batches that must not be sent before their time. */
  #waiting: Waiting[] = []
  #timer: TimerHandle | undefined
  /** The highest round so far. */
  #round = 0
  readonly #taken = new Set<TakenBatch>()

  constructor(parts: StoredBatchesParts) {
    this.#parts = parts
  }

  /** Entries in the batches, without those being sent. */
  get count(): number {
    const aside = this.#aside.reduce((sum, { pending }) => sum + pending.present, 0)
    return this.#parts.sources().reduce((sum, { backlog }) => sum + backlog.count, aside)
  }

  /** Whether a batch can be taken now. */
  get hasNext(): boolean {
    return this.#parts.sources().some(({ backlog }) => backlog.count > 0)
  }

  /** Batches that are being sent. */
  get taken(): readonly TakenBatch[] {
    return [...this.#taken]
  }

  /** Numbers of the oldest of these entries that this process wrote, by queue; Infinity for none. */
  get oldest(): readonly number[] {
    const own = this.#parts.sources().filter(({ isOwn }) => isOwn)
    const aside = this.#aside.filter(({ source }) => source.isOwn)
    return [0, 1].map((queue) => {
      const firsts = aside
        .filter(({ pending }) => pending.queue === queue)
        .map(({ pending }) => pending.first)
      return Math.min(Number.POSITIVE_INFINITY, ...firsts, ...own.map(({ backlog }) => backlog.oldest(queue)))
    })
  }

  /** Adds entries that are on disk only from now on. */
  add(source: SpoolSource, pending: Omit<Pending, 'round'>): void {
    source.backlog.add({ ...pending, round: this.#round })
  }

  /**
   * Takes the next batch, with its mark written: of the lowest round, that of the first source. Undefined if no batch
   * can be read now. Calls must not overlap.
   */
  async next(): Promise<TakenBatch | undefined> {
    for (let source = this.#first(); source !== undefined; source = this.#first()) {
      const pending = source.take() as Pending
      this.#opening = { source, pending }
      const batch = await this.#open(source, pending).catch((error) => this.#setAside(source, pending, error))
      this.#opening = undefined
      if (batch === undefined) continue
      this.#taken.add(batch)
      return batch
    }
    return undefined
  }

  /** The batch is no longer being sent. */
  land(batch: TakenBatch): void {
    this.#taken.delete(batch)
    batch.source.taken--
  }

  /** The batch is to be sent again. */
  putBack(batch: TakenBatch, { where, attempts, mayBeTaken, waitMs }: SendAgain): void {
    const { source, queue, first, count, id, entries } = batch
    if (where === 'last') this.#round++
    const round = where === 'last' ? this.#round : batch.round
    const pending = { queue, first, count, present: entries.length, id, attempts, round, mayBeTaken }
    this.#taken.delete(batch)
    if (waitMs > 0) {
      this.#wait(source, pending, waitMs)
      return
    }
    source.taken--
    source.backlog.add(pending, where)
  }

  /** Divides the batch into halves with ids of their own. False when it cannot be halved. */
  halve(batch: TakenBatch): boolean {
    const { source, queue, numbers, round } = batch
    if (numbers.length < 2) return false
    const middle = Math.ceil(numbers.length / 2)
    this.land(batch)
    for (const half of [numbers.slice(middle), numbers.slice(0, middle)]) {
      const [first, last] = [half[0] as number, half.at(-1) as number]
      const range = { queue, first, count: last - first + 1, present: half.length }
      source.backlog.add({ ...range, id: undefined, attempts: 0, round, mayBeTaken: false }, 'first')
    }
    return true
  }

  /** Removes the batches that match the condition, except those being read or sent. */
  remove(source: SpoolSource, condition: (pending: Pending) => boolean): readonly Pending[] {
    const isGone = (each: { source: SpoolSource; pending: Pending }) =>
      each.source === source && condition(each.pending)
    const waiting = this.#waiting.filter(isGone).map(({ pending }) => pending)
    this.#waiting = this.#waiting.filter((each) => !isGone(each))
    source.taken -= waiting.length
    return [...source.backlog.remove(condition), ...waiting]
  }

  close(): void {
    this.#parts.clock.clearTimer(this.#timer)
  }

  /** The batches that are in no backlog and not being sent. */
  get #aside() {
    return this.#opening === undefined ? this.#waiting : [...this.#waiting, this.#opening]
  }

  #first(): SpoolSource | undefined {
    const sources = this.#parts.sources()
    const round = Math.min(...sources.map(({ backlog }) => backlog.round))
    return sources.find(({ backlog }) => backlog.round === round && backlog.count > 0)
  }

  /** Reads a batch and writes its mark, unless it has one. Undefined when nothing of the batch can be sent. */
  async #open(source: SpoolSource, pending: Pending): Promise<TakenBatch | undefined> {
    const { onLost, onEmpty, onRetired, newId, writeMark } = this.#parts
    const { queue, first, count, attempts, round } = pending
    const found = await source.journal.read(pending)
    if (source.isRetired) {
      source.taken--
      onRetired(source, pending)
      return undefined
    }
    const lost = pending.present - found.length
    // The files may have been deleted to make room during the read.
    if (lost > 0) onLost(source.journal.holds(pending) ? 'spool_corrupt' : 'spool_full', lost)
    if (found.length === 0) {
      source.taken--
      onEmpty(source, pending)
      return undefined
    }
    const read = found.map(({ json }) => json)
    // A batch that was sent before stays whole, whatever its size: with another id its entries would be counted twice.
    const fitting = pending.id === undefined ? countFitting(read) : read.length
    const numbers = found.slice(0, fitting).map(({ number }) => number)
    const end = found[fitting]?.number ?? first + count
    if (fitting < found.length) {
      const rest = { first: end, count: first + count - end, present: found.length - fitting }
      source.backlog.add({ ...pending, ...rest }, 'first')
      this.#opening = { source, pending: { ...pending, count: end - first, present: fitting } }
    }
    const mark = { queue, first, count: end - first, id: pending.id ?? newId() }
    if (pending.id === undefined) await writeMark(source, mark)
    if (source.isRetired) {
      source.taken--
      onRetired(source, { ...pending, present: fitting })
      return undefined
    }
    const entries = read.slice(0, fitting)
    const { isOwn, destination } = source
    return { ...mark, entries, numbers, attempts, round, isOwn, destination, source }
  }

  /** A batch that cannot be read is not lost: it waits until it is tried again. */
  #setAside(source: SpoolSource, pending: Pending, error: unknown): undefined {
    const { onRetired, onUnreadable } = this.#parts
    if (source.isRetired) {
      source.taken--
      onRetired(source, pending)
      return
    }
    onUnreadable(source, error)
    this.#wait(source, pending, READ_AGAIN_MS)
  }

  #wait(source: SpoolSource, pending: Pending, waitMs: number): void {
    this.#waiting.push({ source, pending, untilMs: this.#parts.clock.monotonic() + waitMs })
    this.#timer ??= this.#startTimer(waitMs)
  }

  #startTimer(waitMs: number): TimerHandle {
    const { clock, onRetry } = this.#parts
    return clock.setTimer(() => {
      const now = clock.monotonic()
      const due = this.#waiting.filter(({ untilMs }) => untilMs <= now)
      this.#waiting = this.#waiting.filter(({ untilMs }) => untilMs > now)
      this.#round++
      for (const { source, pending } of due) {
        source.taken--
        source.backlog.add({ ...pending, round: this.#round })
      }
      const next = Math.min(...this.#waiting.map(({ untilMs }) => untilMs))
      this.#timer = this.#waiting.length > 0 ? this.#startTimer(next - now) : undefined
      if (due.length > 0) onRetry()
    }, waitMs)
  }
}
