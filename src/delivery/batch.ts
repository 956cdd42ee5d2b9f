import type { Buffer } from 'node:buffer'
import type { Destination } from './destination.js'

/** A range of bytes in a chunk. */
interface Stretch {
  readonly chunk: Buffer
  start: number
  end: number
}

/**
 * Entries that are sent together, as bytes. A batch without an id may grow at the end and lose its oldest entries. The
 * content of a batch with an id is fixed, so that a retry is the same request.
 */
export class Batch {
  /** Assigned at the first send. */
  id: string | undefined
  /** Assigned together with the id, and not changed while the service may have accepted the batch. */
  destination: Destination | undefined
  /** Attempts so far that ended without a final answer. */
  attempts = 0
  /** The batch was sent under its id. It must stay whole until the service refuses its size. */
  wasSent = false
  /** An attempt ended without an answer, so the service may have accepted the batch. */
  mayBeTaken = false
  /**
   * Monotonic time in ms at which the operating system had the whole request; undefined unless that request is in
   * flight.
   */
  writtenAt: number | undefined
  /** The batch has exhausted its retries: all other batches go first. */
  isLast = false
  /** The batch failed while others were accepted. Monotonic time in ms before which it must not be sent again. */
  notBefore = 0
  /** The batch was sent before, so waiting for more entries gains nothing. */
  hasReturned = false
  /** The store has the batch's mark, which keeps its entries together across processes. */
  hasMark = false
  bytes = 0
  /** Number of the oldest entry within its queue; the others follow without a gap. */
  first: number
  readonly #stretches: Stretch[] = []
  readonly #lengths: number[] = []
  /** Entries at the front that no longer belong to the batch. */
  #gone = 0

  constructor(first: number) {
    this.first = first
  }

  get count(): number {
    return this.#lengths.length - this.#gone
  }

  /** Number of the newest entry. */
  get last(): number {
    return this.first + this.count - 1
  }

  /** Adds one entry: a range of bytes that holds its JSON and a trailing comma. */
  add(chunk: Buffer, start: number, end: number): void {
    const last = this.#stretches.at(-1)
    if (last !== undefined && last.chunk === chunk && last.end === start) last.end = end
    else this.#stretches.push({ chunk, start, end })
    this.#lengths.push(end - start)
    this.bytes += end - start
  }

  /** Removes id and destination, so that the batch can be sent elsewhere as a new one. */
  unbind(): void {
    this.id = undefined
    this.destination = undefined
    this.hasMark = false
    this.mayBeTaken = false
    this.wasSent = false
    this.attempts = 0
    this.isLast = false
  }

  /** How many of the oldest entries fit within both limits; at least one. */
  countWithin(entries: number, bytes: number): number {
    let count = 0
    let sum = 0
    while (count < Math.min(entries, this.count)) {
      sum += this.#lengths[this.#gone + count] as number
      if (count > 0 && sum > bytes) break
      count++
    }
    return count
  }

  /** Removes the oldest entry. */
  dropOldest(): void {
    this.#takeOldest()
  }

  /** Moves the oldest `count` entries into a new batch. */
  splitOff(count: number): Batch {
    const front = new Batch(this.first)
    while (front.count < count && this.count > 0) {
      const { chunk, start, end } = this.#takeOldest()
      front.add(chunk, start, end)
    }
    return front
  }

  /** The entries' bytes, separated by commas. */
  content(): Buffer[] {
    const last = this.#stretches.length - 1
    return this.#stretches.map(({ chunk, start, end }, n) =>
      chunk.subarray(start, n === last ? end - 1 : end),
    )
  }

  /** End offset of each entry in the joined {@link content}. */
  ends(): number[] {
    let end = -1
    return this.#lengths.slice(this.#gone).map((length) => {
      end += length
      return end
    })
  }

  /** Calls `call` with the JSON of each entry from number `from` to number `to`, oldest first. */
  eachEntry(from: number, to: number, call: (number: number, json: Buffer) => void): void {
    let number = this.first
    let n = this.#gone
    for (const { chunk, start, end } of this.#stretches) {
      for (let at = start; at < end; number++) {
        const next = at + (this.#lengths[n++] as number)
        if (number >= from && number <= to) call(number, chunk.subarray(at, next - 1))
        at = next
      }
    }
  }

  /** Drops the references to the chunks. Id and numbers stay. */
  release(): void {
    // A finished batch that the garbage collector has promoted to its old generation would keep its chunks until the
    // next full collection. Under load that is megabytes.
    this.#stretches.length = 0
  }

  #takeOldest(): Stretch {
    const first = this.#stretches[0] as Stretch
    const length = this.#lengths[this.#gone++] as number
    const entry = { chunk: first.chunk, start: first.start, end: first.start + length }
    if (entry.end === first.end) this.#stretches.shift()
    else first.start = entry.end
    this.bytes -= length
    this.first++
    return entry
  }
}
