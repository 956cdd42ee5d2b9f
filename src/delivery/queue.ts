import type { Clock } from '../clock.js'
import type { Batch } from './batch.js'
import type { Marks } from './flush-waiters.js'
import type { EntryRange } from './keeper.js'
import type { BatchSizes } from './lane.js'
import { Line } from './line.js'
import type { Parcel } from './parcel.js'

export interface QueueSettings {
  readonly batchSize: number
  readonly maxQueueSize: number
  readonly maxQueueBytes: number
}

export interface QueueParts {
  readonly settings: QueueSettings
  readonly clock: Clock
  readonly newId: () => string
}

/** Takes what there is no room for, so that nothing need be dropped. */
export interface Relief {
  /**
   * Takes over what is next in the line. `'soon'` when it will be able to in a moment, `'never'` when it is not
   * to be counted on.
   */
  relieve(line: Line): 'relieved' | 'soon' | 'never'
  /** These entries have met their end. */
  gone(range: EntryRange): void
}

/** All that is not delivered, waiting or on its way, bounded in count and bytes. */
export class Queue {
  readonly logs: Line
  readonly requests: Line
  readonly lines: readonly Line[]
  relief: Relief | undefined
  readonly #newId: () => string
  readonly #flying = new Map<Batch, Line>()
  #settings: QueueSettings
  #flyingBytes = 0
  #lastTaken: Line | undefined

  constructor({ settings, clock, newId }: QueueParts) {
    this.#settings = settings
    this.#newId = newId
    this.logs = new Line('/ingest', batchSizes(settings), clock)
    this.requests = new Line('/ingest/requests', batchSizes(settings), clock)
    this.lines = [this.logs, this.requests]
  }

  /** Entries that wait, those on their way not included. */
  get waiting(): number {
    return this.logs.lane.count + this.requests.lane.count
  }

  /** Bytes held, waiting and on their way. */
  get bytes(): number {
    return this.logs.lane.bytes + this.requests.lane.bytes + this.#flyingBytes
  }

  /** Requests on their way. */
  get flights(): number {
    return this.#flying.size
  }

  /** Entries on their way. */
  get flying(): number {
    let count = 0
    for (const batch of this.#flying.keys()) count += batch.count
    return count
  }

  /** Logs whose delivery has begun and not ended, between two attempts too. */
  get logsUnderWay(): number {
    let count = this.logs.lane.returned
    for (const [batch, line] of this.#flying) if (line === this.logs) count += batch.count
    return count
  }

  /** Numbers of the last entries that came in. */
  get entered(): Marks {
    return this.lines.map(({ lane }) => lane.entered)
  }

  /** Numbers of the oldest entries that are not delivered; Infinity for none. */
  get oldest(): Marks {
    const marks = this.lines.map(({ lane }) => lane.oldest)
    for (const [batch, line] of this.#flying) {
      const n = this.lines.indexOf(line)
      marks[n] = Math.min(marks[n] as number, batch.first)
    }
    return marks
  }

  reconfigure(settings: QueueSettings): void {
    this.#settings = settings
    for (const line of this.lines) line.sizes = batchSizes(settings)
  }

  /** Adds an entry; the oldest go when there is no room. Gives how many went. */
  add(line: Line, json: string): number {
    line.lane.push(json)
    const isOver = line.lane.count > this.#settings.maxQueueSize || this.bytes > this.#settings.maxQueueBytes
    return isOver ? this.makeRoom() : 0
  }

  /**
   * The next batch that is worth sending, with its id, on its way from here on. Lines take turns, so that
   * neither can crowd out the other.
   * @param anyway also what could wait for more
   */
  takeNext(anyway: boolean): Parcel | undefined {
    const ready = this.lines.filter((line) => line.isReady || (anyway && line.lane.count > 0))
    const line = ready.find((each) => each !== this.#lastTaken) ?? ready[0]
    if (line === undefined) return undefined
    this.#lastTaken = line
    return this.#take(line)
  }

  /** Batches of a line with entries beyond that number, by age. */
  beyond(line: Line, number: number): Batch[] {
    const flying = [...this.#flying].filter(([batch, its]) => its === line && batch.last > number)
    const all = [...flying.map(([batch]) => batch), ...line.lane.beyond(number)]
    return all.sort((a, b) => a.first - b.first)
  }

  /** Forgets everything, what is on its way too. */
  clear(): void {
    this.#flying.clear()
    this.#flyingBytes = 0
    for (const { lane } of this.lines) while (lane.count > 0) lane.dropOldest()
  }

  /** All batches, those on their way first, each with its id; from here on none of them grows. */
  all(): [Line, Batch][] {
    const all: [Line, Batch][] = [...this.#flying].map(([batch, line]) => [line, batch])
    for (const line of this.lines) for (const batch of line.lane.all(this.#newId)) all.push([line, batch])
    return all
  }

  /** The oldest go until all fits, to the relief if there is one. Gives how many were dropped. */
  makeRoom(): number {
    const { maxQueueSize, maxQueueBytes } = this.#settings
    let dropped = 0
    for (const line of this.lines) {
      while (line.lane.count > maxQueueSize) {
        const relief = this.relief?.relieve(line) ?? 'never'
        // The bytes are what is bounded without exception.
        if (relief === 'soon') break
        if (relief === 'never') dropped += this.#dropOldest(line)
      }
    }
    while (this.bytes > maxQueueBytes && this.waiting > 0) {
      const line = this.logs.lane.bytes >= this.requests.lane.bytes ? this.logs : this.requests
      if (this.relief?.relieve(line) !== 'relieved') dropped += this.#dropOldest(line)
    }
    return dropped
  }

  #take(line: Line): Parcel | undefined {
    const batch = line.lane.take(this.#newId)
    if (batch === undefined) return undefined
    if (line.lane.count === 0) line.stopTimer()
    this.#flying.set(batch, line)
    this.#flyingBytes += batch.bytes
    const flying = this.#flying
    return {
      line,
      batch,
      get isOpen() {
        return flying.has(batch)
      },
      finish: () => {
        this.#land(batch)
        this.relief?.gone({ line: line.index, first: batch.first, count: batch.count })
        batch.release()
      },
      putBack: (where) => {
        this.#land(batch)
        line.lane.putBack(batch, where)
        return this.makeRoom()
      },
      halve: () => {
        if (batch.count < 2) return false
        this.#land(batch)
        return line.lane.halve(batch)
      },
    }
  }

  #dropOldest({ lane }: Line): number {
    const range = lane.dropOldest()
    if (range === undefined) return 0
    this.relief?.gone(range)
    return range.count
  }

  #land(batch: Batch): void {
    if (this.#flying.delete(batch)) this.#flyingBytes -= batch.bytes
  }
}

/** A batch that the queue has no room for would never become full, and one that fills it up leaves none. */
function batchSizes({ batchSize, maxQueueSize }: QueueSettings): BatchSizes {
  const least = Math.min(batchSize, maxQueueSize)
  return { least, most: Math.max(least, maxQueueSize >> 2) }
}
