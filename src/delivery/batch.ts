import type { Buffer } from 'node:buffer'
import type { Destination } from './destination.js'

/** A stretch of a chunk. */
interface Stretch {
  readonly chunk: Buffer
  start: number
  end: number
}

/**
 * Entries that will travel together, as bytes. While it has no id it may still grow at the end and lose
 * its oldest; with its id its content is fixed, so that a repeat is the same request.
 */
export class Batch {
  /** Given at the first send. */
  id: string | undefined
  /** Given with the id, and never changed while the service may have taken the batch. */
  destination: Destination | undefined
  /** Sends so far that ended without a final answer. */
  attempts = 0
  /** It has left under its id, and so must stay whole until the service refuses its size. */
  wasSent = false
  /** A send of it ended so that nobody knows whether the service has taken it. */
  mayBeTaken = false
  /** When, by the monotonic clock, the operating system had the whole request that carries it and is under way. */
  writtenAt: number | undefined
  /** It has failed so often that all others go first. */
  isLast = false
  /** It has failed while others were taken: not again before this time of the monotonic clock. */
  notBefore = 0
  /** It has been on its way before, so nothing is gained by waiting for more entries. */
  hasReturned = false
  /** Its mark is in the store, so that its entries are known to belong together beyond the process. */
  hasMark = false
  bytes = 0
  /** Number of its oldest entry within its queue; the others follow without a gap. */
  first: number
  readonly #stretches: Stretch[] = []
  readonly #lengths: number[] = []
  /** Entries at the front that are no longer part of it. */
  #gone = 0

  constructor(first: number) {
    this.first = first
  }

  get count(): number {
    return this.#lengths.length - this.#gone
  }

  /** Number of its newest entry. */
  get last(): number {
    return this.first + this.count - 1
  }

  /** Adds one entry: JSON bytes with a comma behind. */
  add(chunk: Buffer, start: number, end: number): void {
    const last = this.#stretches.at(-1)
    if (last !== undefined && last.chunk === chunk && last.end === start) last.end = end
    else this.#stretches.push({ chunk, start, end })
    this.#lengths.push(end - start)
    this.bytes += end - start
  }

  /** From here on it may go elsewhere, as a batch that was never sent. */
  unbind(): void {
    this.id = undefined
    this.destination = undefined
    this.hasMark = false
    this.mayBeTaken = false
    this.wasSent = false
    this.attempts = 0
    this.isLast = false
  }

  /** How many entries, of the oldest on, are within these bounds; at least one. */
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

  /** Forgets the oldest entry. */
  dropOldest(): void {
    this.#takeOldest()
  }

  /** Moves the oldest `count` entries into a batch of their own. */
  splitOff(count: number): Batch {
    const front = new Batch(this.first)
    while (front.count < count && this.count > 0) {
      const { chunk, start, end } = this.#takeOldest()
      front.add(chunk, start, end)
    }
    return front
  }

  /** The entries' bytes, a comma between them. */
  content(): Buffer[] {
    const last = this.#stretches.length - 1
    return this.#stretches.map(({ chunk, start, end }, n) =>
      chunk.subarray(start, n === last ? end - 1 : end),
    )
  }

  /** Where each entry ends in the joined {@link content}. */
  ends(): number[] {
    let end = -1
    return this.#lengths.slice(this.#gone).map((length) => {
      end += length
      return end
    })
  }

  /** Calls back with the JSON of each entry from number `from` to number `to`, oldest first. */
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

  /** Lets go of the bytes; what it is known by stays. */
  release(): void {
    // A batch that the garbage collector has moved to its old generation is garbage for a while, and would keep
    // its chunks with it: megabytes at a busy time, and full collections because of them.
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
