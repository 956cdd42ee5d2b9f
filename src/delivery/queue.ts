import type { Clock } from '../common/clock.js'
import type { Batch } from './batch.js'
import type { BatchPath } from './encode.js'
import { type ServiceLimits, serviceLimits } from './endpoint-limits.js'
import { type BatchSizes, EndpointQueue } from './endpoint-queue.js'
import type { Marks } from './flush-waiters.js'
import type { InFlightBatch } from './in-flight-batch.js'
import type { EntryRange } from './store/batch-store.js'

export interface QueueSettings {
  readonly batchSize: number
  readonly maxQueueSize: number
  readonly maxQueueBytes: number
}

export interface QueueParts {
  readonly settings: QueueSettings
  readonly clock: Clock
  readonly newId: () => string
  /** Of the destination of now. Default: what the service documents. */
  readonly limits?: () => ServiceLimits
}

/** Takes what there is no room for, so that nothing need be dropped. */
export interface Overflow {
  /**
   * Takes over what is next in the queue. `'soon'` when it will be able to in a moment, `'never'` when it is not
   * to be counted on.
   */
  makeRoom(line: EndpointQueue): 'made' | 'soon' | 'never'
  /** These entries have met their end. */
  gone(range: EntryRange): void
}

/** All that is not delivered, waiting or on its way, bounded in count and bytes. */
export class Queue {
  readonly logs: EndpointQueue
  readonly requests: EndpointQueue
  readonly lines: readonly EndpointQueue[]
  overflow: Overflow | undefined
  readonly #newId: () => string
  readonly #flying = new Map<Batch, EndpointQueue>()
  #settings: QueueSettings
  #flyingBytes = 0
  #lastTaken: EndpointQueue | undefined

  constructor({ settings, clock, newId, limits }: QueueParts) {
    this.#settings = settings
    this.#newId = newId
    const documented = serviceLimits()
    const open = (path: BatchPath) =>
      new EndpointQueue({ path, clock, sizes: batchSizes(settings), limits: limits ?? (() => documented) })
    this.logs = open('/ingest')
    this.requests = open('/ingest/requests')
    this.lines = [this.logs, this.requests]
  }

  /** Entries that wait, those on their way not included. */
  get waiting(): number {
    return this.logs.list.count + this.requests.list.count
  }

  /** Bytes held, waiting and on their way. */
  get bytes(): number {
    return this.logs.list.bytes + this.requests.list.bytes + this.#flyingBytes
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
    let count = this.logs.list.returned
    for (const [batch, line] of this.#flying) if (line === this.logs) count += batch.count
    return count
  }

  /** Numbers of the last entries that came in. */
  get entered(): Marks {
    return this.lines.map(({ list }) => list.entered)
  }

  /** Numbers of the oldest entries that are not delivered; Infinity for none. */
  get oldest(): Marks {
    const marks = this.lines.map(({ list }) => list.oldest)
    for (const [batch, { index }] of this.#flying)
      marks[index] = Math.min(marks[index] as number, batch.first)
    return marks
  }

  reconfigure(settings: QueueSettings): void {
    this.#settings = settings
    for (const line of this.lines) line.sizes = batchSizes(settings)
  }

  /** Adds an entry; the oldest go when there is no room. Gives how many went. */
  add(line: EndpointQueue, json: string): number {
    line.add(json)
    const isOver = line.list.count > this.#settings.maxQueueSize || this.bytes > this.#settings.maxQueueBytes
    return isOver ? this.makeRoom() : 0
  }

  /**
   * The next batch that is worth sending, with its id, on its way from here on. Endpoints take turns, so that
   * neither can crowd out the other.
   * @param anyway also what could wait for more
   * @param maySend whether this batch may be sent now
   */
  takeNext(anyway: boolean, maySend: (batch: Batch) => boolean): InFlightBatch | undefined {
    for (const line of this.#lastTaken === this.logs ? [this.requests, this.logs] : this.lines) {
      const batch = line.list.count > 0 ? line.take(anyway, maySend) : undefined
      if (batch === undefined) continue
      this.#lastTaken = line
      return this.#launch(line, batch)
    }
    return undefined
  }

  /** Batches of an endpoint with entries beyond that number, by age. */
  beyond(line: EndpointQueue, number: number): Batch[] {
    const flying = [...this.#flying].filter(([, its]) => its === line).map(([batch]) => batch)
    const all = [...flying, ...line.list.all].filter(({ last }) => last > number)
    return all.sort((a, b) => a.first - b.first)
  }

  /** Forgets everything, what is on its way too. */
  clear(): void {
    this.#flying.clear()
    this.#flyingBytes = 0
    for (const { list } of this.lines) while (list.takeOut() !== undefined);
  }

  /**
   * All batches, those on their way first, none larger than its endpoint is known to take, each with its id; from
   * here on none of them grows.
   */
  all(): [EndpointQueue, Batch][] {
    const all: [EndpointQueue, Batch][] = [...this.#flying].map(([batch, line]) => [line, batch])
    for (const line of this.lines) {
      line.list.divide(line.limits)
      for (const batch of line.list.all) {
        batch.id ??= this.#newId()
        all.push([line, batch])
      }
    }
    return all
  }

  isFlying(batch: Batch, line: EndpointQueue): boolean {
    return this.#flying.get(batch) === line
  }

  /** A batch, waiting or on its way, has met its end, good or bad. */
  finish(line: EndpointQueue, batch: Batch): void {
    if (this.#flying.has(batch)) this.#land(batch)
    else line.list.takeOut(batch)
    this.overflow?.gone({ line: line.index, first: batch.first, count: batch.count })
    batch.release()
  }

  /** What waits or is on its way, in no certain order. */
  *batches(): Generator<Batch> {
    yield* this.#flying.keys()
    for (const { list } of this.lines) yield* list.all
  }

  /**
   * Divides a batch, waiting or on its way, which then waits in pieces.
   * @returns the pieces, or the batch itself when there is but one
   */
  divide(line: EndpointQueue, batch: Batch, counts: readonly number[]): readonly Batch[] {
    if (counts.length < 2) return [batch]
    if (this.#flying.has(batch)) this.#land(batch)
    else line.list.takeOut(batch)
    return line.list.putBackDivided(batch, counts)
  }

  /** The oldest go until all fits, to the overflow if there is one. Gives how many were dropped. */
  makeRoom(): number {
    const { maxQueueSize, maxQueueBytes } = this.#settings
    let dropped = 0
    for (const line of this.lines) {
      while (line.list.count > maxQueueSize) {
        const room = this.overflow?.makeRoom(line) ?? 'never'
        // The bytes are what is bounded without exception.
        if (room === 'soon') break
        if (room === 'never') dropped += this.#dropOldest(line)
      }
    }
    while (this.bytes > maxQueueBytes && this.waiting > 0) {
      const line = this.logs.list.bytes >= this.requests.list.bytes ? this.logs : this.requests
      if (this.overflow?.makeRoom(line) !== 'made') dropped += this.#dropOldest(line)
    }
    return dropped
  }

  #launch(line: EndpointQueue, batch: Batch): InFlightBatch {
    batch.id ??= this.#newId()
    this.#flying.set(batch, line)
    this.#flyingBytes += batch.bytes
    const flying = this.#flying
    return {
      line,
      batch,
      get isOpen() {
        return flying.has(batch)
      },
      finish: () => this.finish(line, batch),
      putBack: (where) => {
        this.#land(batch)
        line.list.putBack(batch, where)
        return this.makeRoom()
      },
      halve: () => {
        if (batch.count < 2) return false
        this.divide(line, batch, halves(batch.count))
        return true
      },
    }
  }

  #dropOldest({ index, list }: EndpointQueue): number {
    const range = list.dropOldest()
    if (range === undefined) return 0
    this.overflow?.gone({ line: index, ...range })
    return range.count
  }

  #land(batch: Batch): void {
    if (this.#flying.delete(batch)) this.#flyingBytes -= batch.bytes
  }
}

/** How many entries each half of a batch has. */
export function halves(count: number): readonly [number, number] {
  const front = Math.ceil(count / 2)
  return [front, count - front]
}

/** A batch that the queue has no room for would never become full, and one that fills it up leaves none. */
function batchSizes({ batchSize, maxQueueSize }: QueueSettings): BatchSizes {
  const least = Math.min(batchSize, maxQueueSize)
  return { least, most: Math.max(least, maxQueueSize >> 2) }
}
