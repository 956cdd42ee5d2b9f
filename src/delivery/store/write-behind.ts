import type { Clock, TimerHandle } from '../../common/clock.js'
import { MAX_BATCH_BYTES } from '../../wire/limits.js'
import type { Batch } from '../batch.js'
import type { EndpointQueue } from '../endpoint-queue.js'
import type { Marks } from '../flush-waiters.js'
import type { Overflow, Queue } from '../queue.js'
import type { BatchMark, BatchStore, EntryRange, StoredEntry, WriteSet } from './batch-store.js'

/**
 * Twice this is the longest an entry is in memory only: each tick writes what was there at the tick before. What is
 * delivered sooner is never written at all.
 */
const TICK_MS = 80
/** The same after a write that failed. */
const TICK_AFTER_FAILURE_MS = 5_000
/** A batch waits so long at most for its mark to be written: a disk that hangs must not keep it from being sent. */
const MARK_TIMEOUT_MS = 1_000

export interface WriteBehindParts {
  readonly store: BatchStore
  readonly queue: Queue
  readonly clock: Clock
  readonly outside: <T>(fn: () => T) => T
  /** Whether a batch belongs to a destination of before, and to no other. */
  readonly isFormer: (batch: Batch) => boolean
  /** A write has ended: memory may let go of what is written, or has to drop what the store will not take. */
  readonly onSettled: () => void
}

/** Writes what waits in the queue to the store, and decides what and when. */
export class WriteBehind implements Overflow {
  readonly #parts: WriteBehindParts
  /** Numbers of the last entries whose write has begun, and of the last that are certainly written, by queue. */
  #begun: number[] = [0, 0]
  #written: number[] = [0, 0]
  /** Numbers of the last entries that had come in at the last tick. */
  #seen: Marks = [0, 0]
  #timer: TimerHandle | undefined
  #work: Promise<void> = Promise.resolve()
  #isTickPending = false
  #isHurrying = false
  #hasFailed = false
  /** A write did not end in time, and has not ended since. */
  #isStuck = false
  #isClosed = false

  constructor(parts: WriteBehindParts) {
    this.#parts = parts
    parts.store.onForgotten = () => this.#writeAgain()
    parts.store.inMemory = () => this.#inMemory()
    parts.store.boundInMemory = (apiKey) => this.#boundInMemory(apiKey)
  }

  /** An entry came in. */
  entered(): void {
    if (this.#timer === undefined) this.#startTimer()
  }

  /** Before a batch is sent: if a part of it is written, all of it has to be, with a mark of where it begins and ends. */
  async seal(line: EndpointQueue, batch: Batch): Promise<void> {
    if (batch.hasMark || batch.first > (this.#begun[line.index] as number)) return
    if (this.#parts.isFormer(batch)) return
    // Nothing more is queued for a disk that hangs: there is no bound to how long it may.
    if (this.#isStuck) return
    await this.#inTime(
      this.#enqueue(() => this.#writeBatch(line, batch)),
      MARK_TIMEOUT_MS,
    )
  }

  makeRoom(line: EndpointQueue): 'made' | 'soon' | 'never' {
    const { head } = line.list
    if (head !== undefined && head.last <= (this.#written[line.index] as number)) {
      line.list.takeOut()
      this.#spill(line, head)
      return 'made'
    }
    if (this.#hasFailed || this.#isStuck) return 'never'
    this.#hurry()
    return 'soon'
  }

  gone({ line, first, count }: EntryRange): void {
    const last = this.#lastInStore({ line, first, count }, this.#begun)
    if (last >= first) this.#parts.store.ack({ line, first, count: last - first + 1 })
  }

  /** Writes all that is in memory, synchronously. False when it could not be written. */
  saveNow(): boolean {
    const { store, queue } = this.#parts
    const marks: BatchMark[] = []
    const entries: StoredEntry[] = []
    for (const line of queue.lines) {
      const written = this.#written[line.index] as number
      for (const batch of queue.beyond(line, 0)) {
        if (this.#parts.isFormer(batch)) continue
        // Nobody knows how far a write has come that has not ended.
        const isCertain = batch.last <= written
        if (batch.id !== undefined && !(batch.hasMark && isCertain)) marks.push(markOf(line, batch))
        if (!isCertain) collect(entries, line, batch, written + 1, batch.last)
      }
    }
    if (marks.length + entries.length === 0) return true
    if (!store.writeNow({ marks, entries })) return false
    this.#begun = [...queue.entered]
    this.#written = [...queue.entered]
    return true
  }

  /**
   * Writes all that is in memory, for the end.
   * @param timeoutMs a disk that has not answered by then is not waited for
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
   * All that is in memory is forgotten there: what was delivered is acknowledged, the rest is only in the store from
   * here on. Gives those of `left` that are not in the store.
   */
  handOver<T extends { readonly batch?: Batch }>(left: readonly T[]): readonly T[] {
    const { queue, store } = this.#parts
    const undelivered = new Set(left.map(({ batch }) => batch))
    const done: EntryRange[] = []
    const saved = new Set<Batch | undefined>()
    for (const line of queue.lines) {
      for (const batch of queue.beyond(line, 0)) {
        const { first, count } = batch
        const written = this.#lastInStore({ line: line.index, first, count }, this.#written)
        if (undelivered.has(batch)) {
          if (written < batch.last) continue
          saved.add(batch)
          this.#spill(line, batch)
        } else if (written >= batch.first) {
          done.push({ line: line.index, first: batch.first, count: written - batch.first + 1 })
        }
      }
    }
    store.ackNow(done)
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
    // Without a timer from here on: the next entry, or a write that fails, starts one.
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
    return queue.lines.some((line) =>
      queue.beyond(line, this.#begun[line.index] as number).some((batch) => !isFormer(batch)),
    )
  }

  /** The queue is full: everything is written now, and not at the next tick. */
  #hurry(): void {
    if (this.#isHurrying) return
    this.#isHurrying = true
    void this.#enqueue(async () => {
      this.#isHurrying = false
      await this.#writeUpTo(this.#parts.queue.entered)
    })
  }

  /** In pieces, so that no more than one of them is in memory twice. */
  async #writeUpTo(due: Marks): Promise<void> {
    for (let set = this.#nextSet(due); set !== undefined; set = this.#nextSet(due)) {
      if (!(await this.#write(set))) return
    }
  }

  async #writeBatch(line: EndpointQueue, batch: Batch): Promise<void> {
    // The destination may have changed while this waited for its turn.
    if (batch.hasMark || this.#parts.isFormer(batch)) return
    const entries: StoredEntry[] = []
    const begun = this.#begun[line.index] as number
    collect(entries, line, batch, begun + 1, batch.last)
    this.#begun[line.index] = Math.max(begun, batch.last)
    batch.hasMark = true
    await this.#write({ marks: [markOf(line, batch)], entries, batches: [batch] })
  }

  /** What is due and whose write has not begun, about a megabyte of it; its write counts as begun. */
  #nextSet(due: Marks): MarkedSet | undefined {
    const { queue } = this.#parts
    const set = { marks: [] as BatchMark[], entries: [] as StoredEntry[], batches: [] as Batch[] }
    let bytes = 0
    for (const line of queue.lines) {
      const { index } = line
      for (const batch of queue.beyond(line, this.#begun[index] as number)) {
        if (batch.first > (due[index] as number) || bytes > MAX_BATCH_BYTES) break
        if (this.#parts.isFormer(batch)) continue
        const isFixed = batch.id !== undefined
        const last = isFixed ? batch.last : Math.min(batch.last, due[index] as number)
        // A full queue has had more written already than is due now.
        if (last <= (this.#begun[index] as number)) continue
        bytes += collect(set.entries, line, batch, (this.#begun[index] as number) + 1, last)
        this.#begun[index] = last
        if (!isFixed) continue
        set.marks.push(markOf(line, batch))
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
      // Ticks end while nothing waits to be written; now something does again.
      if (this.#timer === undefined) this.#startTimer()
    }
    this.#parts.onSettled()
    return isWritten
  }

  /** The last of these entries that the store has. */
  #lastInStore(range: EntryRange, upTo: Marks): number {
    const last = range.first + range.count - 1
    return this.#parts.store.isLeftWithFormer(range) ? last : Math.min(last, upTo[range.line] as number)
  }

  /** The written entries that memory still has. */
  #inMemory(): readonly EntryRange[] {
    const { queue } = this.#parts
    return queue.lines.flatMap((line) =>
      queue.beyond(line, 0).flatMap((batch) => {
        const last = Math.min(batch.last, this.#begun[line.index] as number)
        return last < batch.first
          ? []
          : [{ line: line.index, first: batch.first, count: last - batch.first + 1 }]
      }),
    )
  }

  /** Batches that a destination before, with this key, may have taken, or may be taking just now. */
  #boundInMemory(apiKey: string): WriteSet {
    const { queue, isFormer } = this.#parts
    const marks: BatchMark[] = []
    const entries: StoredEntry[] = []
    for (const line of queue.lines) {
      for (const batch of queue.beyond(line, 0)) {
        if (!isFormer(batch) || batch.destination?.where().apiKey !== apiKey) continue
        if (!batch.mayBeTaken && !queue.isFlying(batch, line)) continue
        marks.push(markOf(line, batch))
        collect(entries, line, batch, batch.first, batch.last)
      }
    }
    return { marks, entries }
  }

  /** Nothing in memory is in the store any more. */
  #writeAgain(): void {
    const { queue } = this.#parts
    this.#begun = [0, 0]
    this.#written = [0, 0]
    for (const line of queue.lines) for (const batch of queue.beyond(line, 0)) batch.hasMark = false
    if (this.#timer === undefined && this.#hasUnwritten) this.#startTimer()
  }

  #spill(line: EndpointQueue, { first, count, id, hasMark, attempts, mayBeTaken }: Batch): void {
    const range = { line: line.index, first, count }
    this.#parts.store.spill(range, hasMark ? id : undefined, attempts, mayBeTaken)
  }

  #enqueue(work: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(work).catch(() => {})
    return this.#work
  }

  /** Waits for work on the disk, but no longer than that. */
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

/** A write set, and the batches whose marks are in it. */
type MarkedSet = WriteSet & { readonly batches: readonly Batch[] }

function markOf(line: EndpointQueue, { first, count, id }: Batch): BatchMark {
  return { line: line.index, first, count, id: id as string }
}

/** Gives how many bytes that were. */
function collect(
  entries: StoredEntry[],
  line: EndpointQueue,
  batch: Batch,
  from: number,
  to: number,
): number {
  let bytes = 0
  batch.eachEntry(from, to, (number, json) => {
    entries.push({ line: line.index, number, json })
    bytes += json.length
  })
  return bytes
}
