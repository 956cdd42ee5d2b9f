import type { Clock, TimerHandle } from '../../common/clock.js'
import { MAX_BATCH_BYTES } from '../../wire/limits.js'
import type { Batch } from '../batch.js'
import type { EndpointQueue } from '../endpoint-queue.js'
import type { Marks } from '../flush-waiters.js'
import type { Overflow, Queue } from '../queue.js'
import type { BatchMark, BatchStore, EntryRange, StoredEntry, StoreUser, WriteSet } from './batch-store.js'

/**
 * Interval in ms. Each tick writes what was in memory at the previous tick, so an entry is in memory alone for at most
 * two ticks. Entries delivered sooner are never written.
 */
const TICK_MS = 80
/** The interval after a failed write, in ms. */
const TICK_AFTER_FAILURE_MS = 5_000
/** Longest wait for a batch's mark, in ms: a disk that hangs must not keep the batch from being sent. */
const MARK_TIMEOUT_MS = 1_000
/**
 * The same while the stored entries follow a new destination: if the process were killed, a batch that is sent before
 * would reach the former destination, too.
 */
const MOVE_TIMEOUT_MS = 10_000

export interface WriteBehindParts {
  readonly store: BatchStore
  readonly queue: Queue
  readonly clock: Clock
  readonly outside: <T>(fn: () => T) => T
  /** Whether a batch is bound to a former destination. */
  readonly isFormer: (batch: Batch) => boolean
  /** A write has ended: memory can drop what is written, or must drop what the store could not take. */
  readonly onSettled: () => void
  /** The store may have a batch to take. */
  readonly onBacklog: () => void
}

/** Decides which entries of the queue are written to the store, and when. */
export class WriteBehind implements Overflow, StoreUser {
  readonly #parts: WriteBehindParts
  /** Numbers of the newest entries whose write has begun, and of the newest that are certainly written, by queue. */
  #begun: number[] = [0, 0]
  #written: number[] = [0, 0]
  /** Numbers of the newest entries at the previous tick. */
  #seen: Marks = [0, 0]
  #timer: TimerHandle | undefined
  #work: Promise<void> = Promise.resolve()
  #isTickPending = false
  #isHurrying = false
  #hasFailed = false
  /** A write has exceeded its time limit and has not ended yet. */
  #isStuck = false
  #isClosed = false

  readonly onBacklog: () => void

  constructor(parts: WriteBehindParts) {
    this.#parts = parts
    this.onBacklog = parts.onBacklog
    parts.store.attach(this)
  }

  /** An entry came in. */
  entered(): void {
    if (this.#timer === undefined) this.#startTimer()
  }

  /**
   * Called before a batch is sent. If part of the batch is written, the rest and a mark of its bounds must be written
   * first.
   */
  async seal(endpointQueue: EndpointQueue, batch: Batch): Promise<void> {
    const { store } = this.#parts
    // No more work is queued for a disk that hangs: the queue would have no bound.
    if (this.#isStuck && !store.isMoving) return
    if (!this.#needsMark(endpointQueue, batch)) return
    await this.#inTime(
      this.#enqueue(() => this.#writeBatch(endpointQueue, batch)),
      store.isMoving ? MOVE_TIMEOUT_MS : MARK_TIMEOUT_MS,
    )
  }

  makeRoom(endpointQueue: EndpointQueue): 'made' | 'soon' | 'never' {
    const { head } = endpointQueue.list
    if (head !== undefined && head.last <= (this.#written[endpointQueue.index] as number)) {
      endpointQueue.list.takeOut()
      this.#spill(endpointQueue, head)
      return 'made'
    }
    if (this.#hasFailed || this.#isStuck) return 'never'
    this.#hurry()
    return 'soon'
  }

  gone({ queue, first, count }: EntryRange): void {
    const last = this.#lastStored({ queue, first, count }, this.#begun)
    if (last >= first) this.#parts.store.ack({ queue, first, count: last - first + 1 })
  }

  /** Writes all that is in memory, synchronously. False when the write failed. */
  saveNow(): boolean {
    const { store, queue } = this.#parts
    store.finishMoveNow()
    const marks: BatchMark[] = []
    const entries: StoredEntry[] = []
    for (const [endpointQueue, batch] of this.#batches()) {
      if (this.#parts.isFormer(batch)) continue
      // How far an unfinished write has come is unknown.
      const from = this.#firstUnstored(endpointQueue, batch, this.#written)
      const isCertain = from > batch.last
      if (batch.id !== undefined && !(batch.hasMark && isCertain)) marks.push(markOf(endpointQueue, batch))
      if (!isCertain) collect(entries, endpointQueue, batch, from, batch.last)
    }
    if (marks.length + entries.length === 0) return true
    if (!store.writeNow({ marks, entries })) return false
    this.#begun = [...queue.entered]
    this.#written = [...queue.entered]
    return true
  }

  /**
   * Writes all that is in memory, at shutdown.
   * @param timeoutMs longest wait for the disk
   */
  async save(timeoutMs: number): Promise<void> {
    const { queue, clock } = this.#parts
    this.#isClosed = true
    clock.clearTimer(this.#timer)
    await this.#inTime(
      this.#enqueue(() => this.#writeUpTo(queue.entered)),
      timeoutMs,
    )
  }

  /**
   * Removes everything from memory. Delivered entries are acknowledged; the others are only in the store from here on.
   * @returns those of `left` that are not in the store
   */
  handOver<T extends { readonly batch?: Batch }>(left: readonly T[]): readonly T[] {
    const undelivered = new Set(left.map(({ batch }) => batch))
    const done: EntryRange[] = []
    const saved = new Set<Batch | undefined>()
    for (const [endpointQueue, batch] of this.#batches()) {
      const range = rangeOf(endpointQueue, batch)
      const written = this.#lastStored(range, this.#written)
      if (undelivered.has(batch)) {
        if (written < batch.last) continue
        saved.add(batch)
        this.#spill(endpointQueue, batch)
      } else if (written >= batch.first) {
        done.push({ ...range, count: written - batch.first + 1 })
      }
    }
    this.#parts.store.ackNow(done)
    return left.filter(({ batch }) => !saved.has(batch))
  }

  #startTimer(): void {
    if (this.#isClosed) return
    const { clock, outside, queue } = this.#parts
    this.#seen = queue.entered
    const delayMs = this.#hasFailed ? TICK_AFTER_FAILURE_MS : TICK_MS
    this.#timer = outside(() => clock.setTimer(() => this.#tick(), delayMs))
  }

  #tick(): void {
    const due = this.#seen
    this.#timer = undefined
    // No timer is started: the next entry, or a failed write, starts one.
    if (!this.#hasUnwritten) return
    this.#startTimer()
    if (this.#isTickPending) return
    this.#isTickPending = true
    void this.#enqueue(async () => {
      this.#isTickPending = false
      await this.#writeUpTo(due)
    })
  }

  get #hasUnwritten(): boolean {
    const { queue, isFormer } = this.#parts
    return queue.endpointQueues.some((endpointQueue) =>
      queue
        .beyond(endpointQueue, this.#begun[endpointQueue.index] as number)
        .some((batch) => !isFormer(batch)),
    )
  }

  /** The queue is full: everything is written now instead of at the next tick. */
  #hurry(): void {
    if (this.#isHurrying) return
    this.#isHurrying = true
    void this.#enqueue(async () => {
      this.#isHurrying = false
      await this.#writeUpTo(this.#parts.queue.entered)
    })
  }

  /** Writes piece by piece, so that only one piece at a time is held twice in memory. */
  async #writeUpTo(due: Marks): Promise<void> {
    for (let set = this.#nextSet(due); set !== undefined; set = this.#nextSet(due)) {
      if (!(await this.#write(set))) return
    }
  }

  async #writeBatch(endpointQueue: EndpointQueue, batch: Batch): Promise<void> {
    // The destination may have changed while this waited for its turn.
    if (!this.#needsMark(endpointQueue, batch)) return
    const entries: StoredEntry[] = []
    const from = this.#firstUnstored(endpointQueue, batch, this.#begun)
    collect(entries, endpointQueue, batch, from, batch.last)
    this.#begun[endpointQueue.index] = Math.max(this.#begun[endpointQueue.index] as number, batch.last)
    batch.hasMark = true
    await this.#write({ marks: [markOf(endpointQueue, batch)], entries, batches: [batch] })
  }

  /** About one megabyte of due entries whose write has not begun; their write counts as begun. */
  #nextSet(due: Marks): MarkedSet | undefined {
    const { queue } = this.#parts
    const set = { marks: [] as BatchMark[], entries: [] as StoredEntry[], batches: [] as Batch[] }
    let bytes = 0
    for (const endpointQueue of queue.endpointQueues) {
      const { index } = endpointQueue
      for (const batch of queue.beyond(endpointQueue, this.#begun[index] as number)) {
        if (batch.first > (due[index] as number) || bytes > MAX_BATCH_BYTES) break
        if (this.#parts.isFormer(batch)) continue
        const isFixed = batch.id !== undefined
        const last = isFixed ? batch.last : Math.min(batch.last, due[index] as number)
        // A full queue has already written more than is due now.
        if (last <= (this.#begun[index] as number)) continue
        bytes += collect(set.entries, endpointQueue, batch, (this.#begun[index] as number) + 1, last)
        this.#begun[index] = last
        if (!isFixed) continue
        set.marks.push(markOf(endpointQueue, batch))
        set.batches.push(batch)
        batch.hasMark = true
      }
    }
    return set.entries.length > 0 ? set : undefined
  }

  async #write({ batches, ...set }: MarkedSet): Promise<boolean> {
    const isWritten = await this.#parts.store.write(set)
    this.#hasFailed = !isWritten
    this.#isStuck = false
    if (isWritten) {
      this.#written = [...this.#begun]
    } else {
      this.#begun = [...this.#written]
      for (const batch of batches) batch.hasMark = false
      // The ticks had stopped because nothing was unwritten; the failed write has changed that.
      if (this.#timer === undefined) this.#startTimer()
    }
    this.#parts.onSettled()
    return isWritten
  }

  /** The written entries that memory still has. */
  inMemory(): readonly EntryRange[] {
    return [...this.#batches()].flatMap(([endpointQueue, batch]) => {
      const range = rangeOf(endpointQueue, batch)
      const last = this.#lastStored(range, this.#begun)
      return last < batch.first ? [] : [{ ...range, count: last - batch.first + 1 }]
    })
  }

  boundInMemory(apiKey: string): WriteSet {
    const marks: BatchMark[] = []
    const entries: StoredEntry[] = []
    for (const [endpointQueue, batch] of this.#batches()) {
      if (batch.destination?.target().apiKey !== apiKey) continue
      if (!batch.mayBeTaken && !this.#parts.queue.isFlying(batch, endpointQueue)) continue
      marks.push(markOf(endpointQueue, batch))
      collect(entries, endpointQueue, batch, batch.first, batch.last)
    }
    return { marks, entries }
  }

  onForgotten(): void {
    this.#begun = [0, 0]
    this.#written = [0, 0]
    for (const [, batch] of this.#batches()) batch.hasMark = false
    if (this.#timer === undefined && this.#hasUnwritten) this.#startTimer()
  }

  *#batches(): Generator<[EndpointQueue, Batch]> {
    const { queue } = this.#parts
    for (const endpointQueue of queue.endpointQueues)
      for (const batch of queue.beyond(endpointQueue, 0)) yield [endpointQueue, batch]
  }

  /** Whether part of the batch is stored, and not yet as one batch for the batch's own destination. */
  #needsMark(endpointQueue: EndpointQueue, batch: Batch): boolean {
    const { store, isFormer } = this.#parts
    if (isFormer(batch)) return false
    const range = rangeOf(endpointQueue, batch)
    return batch.hasMark ? store.isWithFormer(range) : this.#lastStored(range, this.#begun) >= batch.first
  }

  /** The last of these entries that is stored, for whichever destination. */
  #lastStored(range: EntryRange, upTo: Marks): number {
    const last = range.first + range.count - 1
    return this.#parts.store.isWithFormer(range) ? last : Math.min(last, upTo[range.queue] as number)
  }

  /** Number of the first entry of a batch that is not stored for the batch's own destination. */
  #firstUnstored(endpointQueue: EndpointQueue, batch: Batch, upTo: Marks): number {
    const isWithFormer = this.#parts.store.isWithFormer(rangeOf(endpointQueue, batch))
    return isWithFormer ? batch.first : Math.max(batch.first, (upTo[endpointQueue.index] as number) + 1)
  }

  #spill(endpointQueue: EndpointQueue, batch: Batch): void {
    const { id, hasMark, attempts, mayBeTaken, wasSent, destination } = batch
    const isFlying = this.#parts.queue.isFlying(batch, endpointQueue)
    this.#parts.store.spill(rangeOf(endpointQueue, batch), {
      id: hasMark || wasSent ? id : undefined,
      isMarked: hasMark,
      attempts,
      boundTo: mayBeTaken || isFlying ? destination?.target().apiKey : undefined,
    })
  }

  #enqueue(work: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(work).catch(() => {})
    return this.#work
  }

  /** Waits for disk work, at most `timeoutMs`. */
  async #inTime(work: Promise<void>, timeoutMs: number): Promise<void> {
    const { clock, outside } = this.#parts
    let timer: TimerHandle
    const tooLate = new Promise<void>((resolve) => {
      const stop = () => {
        this.#isStuck = true
        resolve()
      }
      timer = outside(() => clock.setTimer(stop, timeoutMs))
    })
    await Promise.race([work, tooLate])
    clock.clearTimer(timer)
  }
}

/** A write set, and the batches whose marks it contains. */
type MarkedSet = WriteSet & { readonly batches: readonly Batch[] }

function rangeOf({ index }: EndpointQueue, { first, count }: Batch): EntryRange {
  return { queue: index, first, count }
}

function markOf(endpointQueue: EndpointQueue, batch: Batch): BatchMark {
  return { ...rangeOf(endpointQueue, batch), id: batch.id as string }
}

/** Appends the entries from number `from` to `to`. @returns their bytes */
function collect(
  entries: StoredEntry[],
  endpointQueue: EndpointQueue,
  batch: Batch,
  from: number,
  to: number,
): number {
  let bytes = 0
  batch.eachEntry(from, to, (number, json) => {
    entries.push({ queue: endpointQueue.index, number, json })
    bytes += json.length
  })
  return bytes
}
