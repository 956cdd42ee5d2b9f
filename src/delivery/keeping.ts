import type { Clock, TimerHandle } from '../clock.js'
import { MAX_BATCH_BYTES } from '../wire/limits.js'
import type { Batch } from './batch.js'
import type { Marks } from './flush-waiters.js'
import type { Border, EntryRange, Keeper, KeptEntry, Pages } from './keeper.js'
import type { Line } from './line.js'
import type { Queue, Relief } from './queue.js'

/**
 * Twice this is the longest an entry is in memory only: at each tick is written what was there at the one
 * before. What is delivered sooner is never written at all.
 */
const TICK_MS = 80
/** When the last write has failed. */
const LATER_MS = 5_000

export interface KeepingParts {
  readonly keeper: Keeper
  readonly queue: Queue
  readonly clock: Clock
  readonly outside: <T>(fn: () => T) => T
  /** Something has been written, so that memory may let go of it. */
  readonly onWritten: () => void
}

/** Decides what of the queue the keeper gets, and when. */
export class Keeping implements Relief {
  readonly #parts: KeepingParts
  /** Entries up to these numbers are written or are being written, and up to those certainly are. */
  #begun: number[] = [0, 0]
  #written: number[] = [0, 0]
  /** What had come in at the last tick. */
  #seen: Marks = [0, 0]
  #timer: TimerHandle | undefined
  #work: Promise<void> = Promise.resolve()
  #isHurrying = false
  #hasFailed = false

  constructor(parts: KeepingParts) {
    this.#parts = parts
  }

  /** An entry came in. */
  entered(): void {
    if (this.#timer === undefined) this.#startTimer()
  }

  /** Before a batch is sent: should any of it be written, so must be all of it, and where it begins and ends. */
  async seal(line: Line, batch: Batch): Promise<void> {
    if (batch.hasBorder || batch.first > (this.#begun[line.index] as number)) return
    await this.#enqueue(() => this.#writeBatch(line, batch))
  }

  relieve(line: Line): 'relieved' | 'soon' | 'never' {
    const { head } = line.lane
    if (head !== undefined && head.last <= (this.#written[line.index] as number)) {
      line.lane.takeOut()
      this.#entrust(line, head)
      return 'relieved'
    }
    if (this.#hasFailed) return 'never'
    this.#hurry()
    return 'soon'
  }

  gone({ line, first, count }: EntryRange): void {
    const last = Math.min(first + count - 1, this.#begun[line] as number)
    if (last >= first) this.#parts.keeper.settle({ line, first, count: last - first + 1 })
  }

  /** All that is in memory, while everything stands still. False when it is not safe. */
  saveNow(): boolean {
    const { keeper, queue } = this.#parts
    const borders: Border[] = []
    const entries: KeptEntry[] = []
    for (const line of queue.lines) {
      const written = this.#written[line.index] as number
      for (const batch of queue.beyond(line, 0)) {
        // Of a write that is under way nobody knows how far it came.
        const isCertain = batch.last <= written
        if (batch.id !== undefined && !(batch.hasBorder && isCertain)) borders.push(borderOf(line, batch))
        if (!isCertain) collect(entries, line, batch, written + 1, batch.last)
      }
    }
    if (borders.length + entries.length === 0) return true
    if (!keeper.writeNow({ borders, entries })) return false
    this.#begun = [...queue.entered]
    this.#written = [...queue.entered]
    return true
  }

  /** All that is in memory is written, for the end. */
  async save(): Promise<void> {
    const { queue, clock } = this.#parts
    clock.clearTimer(this.#timer)
    await this.#enqueue(() => this.#writeUpTo(queue.entered))
  }

  /**
   * All in memory is forgotten there: what was delivered has met its end, what was not is only on disk from here
   * on. Gives those of `left` that are not on disk.
   */
  handOver<T extends { readonly batch?: Batch }>(left: readonly T[]): readonly T[] {
    const { queue, keeper } = this.#parts
    const undelivered = new Set(left.map(({ batch }) => batch))
    const ended: EntryRange[] = []
    const saved = new Set<Batch | undefined>()
    for (const line of queue.lines) {
      for (const batch of queue.beyond(line, 0)) {
        const written = Math.min(batch.last, this.#written[line.index] as number)
        if (undelivered.has(batch)) {
          if (written < batch.last) continue
          saved.add(batch)
          this.#entrust(line, batch)
        } else if (written >= batch.first) {
          ended.push({ line: line.index, first: batch.first, count: written - batch.first + 1 })
        }
      }
    }
    keeper.settleNow(ended)
    return left.filter(({ batch }) => !saved.has(batch))
  }

  #startTimer(): void {
    const { clock, outside, queue } = this.#parts
    this.#seen = queue.entered
    this.#timer = outside(() => clock.setTimer(() => this.#tick(), this.#hasFailed ? LATER_MS : TICK_MS))
  }

  #tick(): void {
    const due = this.#seen
    this.#timer = undefined
    const { queue } = this.#parts
    if (queue.lines.every((line) => queue.beyond(line, this.#begun[line.index] as number).length === 0))
      return
    this.#startTimer()
    void this.#enqueue(() => this.#writeUpTo(due))
  }

  /** The queue is full: everything now, and not at the next tick. */
  #hurry(): void {
    if (this.#isHurrying) return
    this.#isHurrying = true
    void this.#enqueue(async () => {
      this.#isHurrying = false
      await this.#writeUpTo(this.#parts.queue.entered)
    })
  }

  /** In pieces, so that no more than one of them is held twice. */
  async #writeUpTo(due: Marks): Promise<void> {
    for (let pages = this.#nextPages(due); pages !== undefined; pages = this.#nextPages(due)) {
      if (!(await this.#write(pages))) return
    }
  }

  async #writeBatch(line: Line, batch: Batch): Promise<void> {
    if (batch.hasBorder) return
    const entries: KeptEntry[] = []
    const begun = this.#begun[line.index] as number
    collect(entries, line, batch, begun + 1, batch.last)
    this.#begun[line.index] = Math.max(begun, batch.last)
    batch.hasBorder = true
    await this.#write({ borders: [borderOf(line, batch)], entries, batches: [batch] })
  }

  /** What is due and not begun, about a megabyte of it, marked as begun. */
  #nextPages(due: Marks): Marked | undefined {
    const { queue } = this.#parts
    const pages = { borders: [] as Border[], entries: [] as KeptEntry[], batches: [] as Batch[] }
    let bytes = 0
    for (const line of queue.lines) {
      const { index } = line
      for (const batch of queue.beyond(line, this.#begun[index] as number)) {
        if (batch.first > (due[index] as number) || bytes > MAX_BATCH_BYTES) break
        const isFixed = batch.id !== undefined
        const last = isFixed ? batch.last : Math.min(batch.last, due[index] as number)
        // A full queue has had more written already than is due now.
        if (last <= (this.#begun[index] as number)) continue
        bytes += collect(pages.entries, line, batch, (this.#begun[index] as number) + 1, last)
        this.#begun[index] = last
        if (!isFixed) continue
        pages.borders.push(borderOf(line, batch))
        pages.batches.push(batch)
        batch.hasBorder = true
      }
    }
    return pages.entries.length > 0 ? pages : undefined
  }

  async #write({ batches, ...pages }: Marked): Promise<boolean> {
    const isWritten = await this.#parts.keeper.write(pages)
    this.#hasFailed = !isWritten
    if (isWritten) {
      this.#written = [...this.#begun]
      this.#parts.onWritten()
    } else {
      this.#begun = [...this.#written]
      for (const batch of batches) batch.hasBorder = false
    }
    return isWritten
  }

  #entrust(line: Line, { first, count, id, hasBorder }: Batch): void {
    this.#parts.keeper.entrust({ line: line.index, first, count }, hasBorder ? id : undefined)
  }

  #enqueue(work: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(work).catch(() => {})
    return this.#work
  }
}

/** Pages, and the batches whose borders are among them. */
type Marked = Pages & { readonly batches: readonly Batch[] }

function borderOf(line: Line, { first, count, id }: Batch): Border {
  return { line: line.index, first, count, id: id as string }
}

/** Gives how many bytes that were. */
function collect(entries: KeptEntry[], line: Line, batch: Batch, from: number, to: number): number {
  let bytes = 0
  batch.eachEntry(from, to, (number, json) => {
    entries.push({ line: line.index, number, json })
    bytes += json.length
  })
  return bytes
}
