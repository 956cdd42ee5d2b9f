import type { Buffer } from 'node:buffer'
import type { Clock, TimerHandle } from '../common/clock.js'
import type { Pending } from './backlog.js'
import type { Destination } from './destination-folder.js'
import type { SpoolSource } from './spool-source.js'
import { type BatchMark, countFitting } from './write-set.js'

export interface SpoolBatch extends BatchMark {
  readonly entries: readonly Buffer[]
  readonly isOwn: boolean
  /** Sends so far that ended without a final answer. */
  readonly attempts: number
  /** The only destination that it may be sent to. */
  readonly destination: Destination
}

/** A batch that is being sent. */
export interface TakenBatch extends SpoolBatch {
  /** Changes when the destination does, and what may have been taken stays behind for the former one. */
  source: SpoolSource
  /** Numbers of the entries in it. */
  readonly numbers: readonly number[]
  readonly round: number
  /** It was given back after the destination had changed, and is still to be left with the former one. */
  isLeft?: boolean
}

export interface StoredBatchesParts {
  readonly clock: Clock
  readonly newId: () => string
  /** In the order in which they are asked. */
  readonly sources: () => readonly SpoolSource[]
  /** Writes down that these entries are one batch. Never rejects. */
  readonly writeMark: (source: SpoolSource, mark: BatchMark) => Promise<void>
  /** Nothing is left of these entries. */
  readonly onEmpty: (source: SpoolSource, pending: Pending) => void
  readonly onLost: (reason: 'spool_full' | 'spool_corrupt', entries: number) => void
  /** A batch could not be looked at, and stays where it is. */
  readonly onUnreadable: (source: SpoolSource, error: unknown) => void
  /** A batch whose source was retired while the batch was read. */
  readonly onRetired: (source: SpoolSource, pending: Pending) => void
  /** A batch that had to wait may be tried again. */
  readonly onRetry: () => void
}

/** How a batch is to be sent again. */
export interface SendAgain {
  /** Before all others, or behind all others. */
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

/** A batch that could not be read is tried again after this time. */
const READ_AGAIN_MS = 30_000

/** The batches that are on disk only, in the order in which they are sent. */
export class StoredBatches {
  readonly #parts: StoredBatchesParts
  /** In no backlog any more, and not yet sent. */
  #opening: { readonly source: SpoolSource; readonly pending: Pending } | undefined
  /** Not to be tried before their time. */
  #waiting: Waiting[] = []
  #timer: TimerHandle | undefined
  /** The highest round so far. */
  #round = 0
  readonly #taken = new Set<TakenBatch>()

  constructor(parts: StoredBatchesParts) {
    this.#parts = parts
  }

  /** Entries in them, those that are being sent not included. */
  get count(): number {
    const aside = this.#aside.reduce((sum, { pending }) => sum + pending.present, 0)
    return this.#parts.sources().reduce((sum, { backlog }) => sum + backlog.count, aside)
  }

  /** Whether there is one that can be tried now. */
  get hasNext(): boolean {
    return this.#parts.sources().some(({ backlog }) => backlog.count > 0)
  }

  /** Batches that are being sent. */
  get taken(): readonly TakenBatch[] {
    return [...this.#taken]
  }

  /** Numbers of the oldest of these that this process wrote, by queue; Infinity for none. */
  get oldest(): readonly number[] {
    const own = this.#parts.sources().filter(({ isOwn }) => isOwn)
    const aside = this.#aside.filter(({ source }) => source.isOwn)
    return [0, 1].map((line) => {
      const firsts = aside.filter(({ pending }) => pending.line === line).map(({ pending }) => pending.first)
      return Math.min(Number.POSITIVE_INFINITY, ...firsts, ...own.map(({ backlog }) => backlog.oldest(line)))
    })
  }

  /** Adds what is on disk only from now on. */
  add(source: SpoolSource, pending: Omit<Pending, 'round'>): void {
    source.backlog.add({ ...pending, round: this.#round })
  }

  /**
   * The next batch, its mark written: of those of the lowest round, those of the first source. Undefined where there
   * is none that can be read now. Two calls must not overlap.
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

  /** It is no longer being sent. */
  land(batch: TakenBatch): void {
    this.#taken.delete(batch)
    batch.source.taken--
  }

  /** It is to be sent again. */
  putBack(batch: TakenBatch, { where, attempts, mayBeTaken, waitMs }: SendAgain): void {
    const { source, line, first, count, id, entries } = batch
    if (where === 'last') this.#round++
    const round = where === 'last' ? this.#round : batch.round
    const pending = { line, first, count, present: entries.length, id, attempts, round, mayBeTaken }
    this.#taken.delete(batch)
    if (waitMs > 0) {
      this.#wait(source, pending, waitMs)
      return
    }
    source.taken--
    source.backlog.add(pending, where)
  }

  /** Its halves are to be sent under ids of their own. False when it cannot be halved. */
  halve(batch: TakenBatch): boolean {
    const { source, line, numbers, round } = batch
    if (numbers.length < 2) return false
    const middle = Math.ceil(numbers.length / 2)
    this.land(batch)
    for (const half of [numbers.slice(middle), numbers.slice(0, middle)]) {
      const [first, last] = [half[0] as number, half.at(-1) as number]
      const range = { line, first, count: last - first + 1, present: half.length }
      source.backlog.add({ ...range, id: undefined, attempts: 0, round, mayBeTaken: false }, 'first')
    }
    return true
  }

  /** Removes from all that is not being read or sent what the condition applies to. */
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

  /** Neither in a backlog nor being sent. */
  get #aside() {
    return this.#opening === undefined ? this.#waiting : [...this.#waiting, this.#opening]
  }

  #first(): SpoolSource | undefined {
    const sources = this.#parts.sources()
    const round = Math.min(...sources.map(({ backlog }) => backlog.round))
    return sources.find(({ backlog }) => backlog.round === round && backlog.count > 0)
  }

  /** Reads a batch and writes its mark, unless it has one. Undefined when there is nothing to send of it. */
  async #open(source: SpoolSource, pending: Pending): Promise<TakenBatch | undefined> {
    const { onLost, onEmpty, onRetired, newId, writeMark } = this.#parts
    const { line, first, count, attempts, round } = pending
    const found = await source.journal.read(pending)
    if (source.isRetired) {
      source.taken--
      onRetired(source, pending)
      return undefined
    }
    const lost = pending.present - found.length
    // Its files may have been deleted to make room while they were read.
    if (lost > 0) onLost(source.journal.holds(pending) ? 'spool_corrupt' : 'spool_full', lost)
    if (found.length === 0) {
      source.taken--
      onEmpty(source, pending)
      return undefined
    }
    const read = found.map(({ json }) => json)
    // What has travelled stays whole, whatever its size: as another batch it would be counted twice.
    const fitting = pending.id === undefined ? countFitting(read) : read.length
    const numbers = found.slice(0, fitting).map(({ number }) => number)
    const end = found[fitting]?.number ?? first + count
    if (fitting < found.length) {
      const rest = { first: end, count: first + count - end, present: found.length - fitting }
      source.backlog.add({ ...pending, ...rest }, 'first')
      this.#opening = { source, pending: { ...pending, count: end - first, present: fitting } }
    }
    const mark = { line, first, count: end - first, id: pending.id ?? newId() }
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

  /** A batch that cannot be looked at is not lost: it waits beside the others until it is tried again. */
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
