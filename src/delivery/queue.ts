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
  /** The limits of the current destination. Default: the documented limits. */
  readonly limits?: () => ServiceLimits
}

/** Takes over entries that the queue has no room for, so that they need not be dropped. */
export interface Overflow {
  /**
   * Takes over the next batch of the queue. `'soon'` when a running write will make that possible, `'never'` when the
   * store is not usable.
   */
  makeRoom(line: EndpointQueue): 'made' | 'soon' | 'never'
  /** These entries are delivered or dropped. */
  gone(range: EntryRange): void
}

/** All undelivered entries, waiting or in flight, bounded in count and bytes. */
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

  /** Waiting entries, without those in flight. */
  get waiting(): number {
    return this.logs.list.count + this.requests.list.count
  }

  /** Bytes in memory, waiting and in flight. */
  get bytes(): number {
    return this.logs.list.bytes + this.requests.list.bytes + this.#flyingBytes
  }

  /** Requests in flight. */
  get flights(): number {
    return this.#flying.size
  }

  /** Entries in flight. */
  get flying(): number {
    let count = 0
    for (const batch of this.#flying.keys()) count += batch.count
    return count
  }

  /** Logs whose delivery has begun and not ended, including those that wait for a retry. */
  get logsUnderWay(): number {
    let count = this.logs.list.returned
    for (const [batch, line] of this.#flying) if (line === this.logs) count += batch.count
    return count
  }

  /** Numbers of the newest entries, by queue. */
  get entered(): Marks {
    return this.lines.map(({ list }) => list.entered)
  }

  /** Numbers of the oldest undelivered entries, by queue; Infinity for none. */
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

  /** Adds an entry, and drops the oldest ones when there is no room. @returns how many were dropped */
  add(line: EndpointQueue, json: string): number {
    line.add(json)
    const isOver = line.list.count > this.#settings.maxQueueSize || this.bytes > this.#settings.maxQueueBytes
    return isOver ? this.makeRoom() : 0
  }

  /**
   * Removes the next batch that should be sent, gives it an id, and counts it as in flight. Endpoints take turns, so
   * that neither can starve the other.
   * @param anyway also take a batch that could wait for more entries
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

  /** The batches of an endpoint that hold entries beyond `number`, by age. */
  beyond(line: EndpointQueue, number: number): Batch[] {
    const flying = [...this.#flying].filter(([, its]) => its === line).map(([batch]) => batch)
    const all = [...flying, ...line.list.all].filter(({ last }) => last > number)
    return all.sort((a, b) => a.first - b.first)
  }

  /** Removes everything, including what is in flight. */
  clear(): void {
    this.#flying.clear()
    this.#flyingBytes = 0
    for (const { list } of this.lines) while (list.takeOut() !== undefined);
  }

  /**
   * All batches, those in flight first, each with its id, and none larger than its endpoint is known to accept. None of
   * them grows any more.
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

  /** A batch, waiting or in flight, is delivered or dropped. */
  finish(line: EndpointQueue, batch: Batch): void {
    if (this.#flying.has(batch)) this.#land(batch)
    else line.list.takeOut(batch)
    this.overflow?.gone({ line: line.index, first: batch.first, count: batch.count })
    batch.release()
  }

  /** All batches, waiting or in flight, in no particular order. */
  *batches(): Generator<Batch> {
    yield* this.#flying.keys()
    for (const { list } of this.lines) yield* list.all
  }

  /**
   * Divides a batch, waiting or in flight. The pieces wait in the queue.
   * @returns the pieces, or the batch itself when there is only one
   */
  divide(line: EndpointQueue, batch: Batch, counts: readonly number[]): readonly Batch[] {
    if (counts.length < 2) return [batch]
    if (this.#flying.has(batch)) this.#land(batch)
    else line.list.takeOut(batch)
    return line.list.putBackDivided(batch, counts)
  }

  /**
   * Removes the oldest entries until all fit: to the overflow if there is one, else they are dropped. @returns how many
   * were dropped
   */
  makeRoom(): number {
    const { maxQueueSize, maxQueueBytes } = this.#settings
    let dropped = 0
    for (const line of this.lines) {
      while (line.list.count > maxQueueSize) {
        const room = this.overflow?.makeRoom(line) ?? 'never'
        // The count may be exceeded for a moment, the bytes never.
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

/**
 * A batch larger than the queue would never become full. A batch as large as the queue would leave no room for new
 * entries.
 */
function batchSizes({ batchSize, maxQueueSize }: QueueSettings): BatchSizes {
  const least = Math.min(batchSize, maxQueueSize)
  return { least, most: Math.max(least, maxQueueSize >> 2) }
}
