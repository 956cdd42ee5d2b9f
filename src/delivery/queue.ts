import type { Clock } from '../common/clock.js'
import type { Batch } from './batch.js'
import type { BatchPath } from './encode.js'
import { type ServiceLimits, serviceLimits } from './endpoint-limits.js'
import { type BatchSizes, EndpointQueue } from './endpoint-queue.js'
import type { Marks } from './flush-waiters.js'
import type { InFlightBatch } from './in-flight-batch.js'
import type { EntryRange } from './store/batch-store.js'
import { halfId } from './store/half-id.js'

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
  makeRoom(queue: EndpointQueue): 'made' | 'soon' | 'never'
  /** These entries are delivered or dropped. */
  gone(range: EntryRange): void
}

/** All undelivered entries, waiting or in flight, bounded in count and bytes. */
export class Queue {
  readonly logs: EndpointQueue
  readonly requests: EndpointQueue
  readonly endpointQueues: readonly EndpointQueue[]
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
    this.endpointQueues = [this.logs, this.requests]
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
    for (const [batch, queue] of this.#flying) if (queue === this.logs) count += batch.count
    return count
  }

  /** Numbers of the newest entries, by queue. */
  get entered(): Marks {
    return this.endpointQueues.map(({ list }) => list.entered)
  }

  /** Numbers of the oldest undelivered entries, by queue; Infinity for none. */
  get oldest(): Marks {
    const marks = this.endpointQueues.map(({ list }) => list.oldest)
    for (const [batch, { index }] of this.#flying)
      marks[index] = Math.min(marks[index] as number, batch.first)
    return marks
  }

  reconfigure(settings: QueueSettings): void {
    this.#settings = settings
    for (const queue of this.endpointQueues) queue.sizes = batchSizes(settings)
  }

  /** Adds an entry, and drops the oldest ones when there is no room. @returns how many were dropped */
  add(queue: EndpointQueue, json: string): number {
    queue.add(json)
    const isOver = queue.list.count > this.#settings.maxQueueSize || this.bytes > this.#settings.maxQueueBytes
    return isOver ? this.makeRoom() : 0
  }

  /**
   * Removes the next batch that should be sent, gives it an id, and counts it as in flight. Endpoints take turns, so
   * that neither can starve the other.
   * @param anyway also take a batch that could wait for more entries
   * @param maySend whether this batch may be sent now
   */
  takeNext(anyway: boolean, maySend: (batch: Batch) => boolean): InFlightBatch | undefined {
    for (const queue of this.#lastTaken === this.logs ? [this.requests, this.logs] : this.endpointQueues) {
      const batch = queue.list.count > 0 ? queue.take(anyway, maySend) : undefined
      if (batch === undefined) continue
      this.#lastTaken = queue
      return this.#launch(queue, batch)
    }
    return undefined
  }

  /** The batches of an endpoint that hold entries beyond `number`, by age. */
  beyond(queue: EndpointQueue, number: number): Batch[] {
    const flying = [...this.#flying].filter(([, its]) => its === queue).map(([batch]) => batch)
    const all = [...flying, ...queue.list.all].filter(({ last }) => last > number)
    return all.sort((a, b) => a.first - b.first)
  }

  /** Removes everything, including what is in flight. */
  clear(): void {
    this.#flying.clear()
    this.#flyingBytes = 0
    for (const { list } of this.endpointQueues) while (list.takeOut() !== undefined);
  }

  /**
   * All batches, those in flight first, each with its id, and none larger than its endpoint is known to accept. None of
   * them grows any more.
   */
  all(): [EndpointQueue, Batch][] {
    const all: [EndpointQueue, Batch][] = [...this.#flying].map(([batch, queue]) => [queue, batch])
    for (const queue of this.endpointQueues) {
      queue.list.divide(queue.limits)
      for (const batch of queue.list.all) {
        batch.id ??= this.#newId()
        all.push([queue, batch])
      }
    }
    return all
  }

  isFlying(batch: Batch, queue: EndpointQueue): boolean {
    return this.#flying.get(batch) === queue
  }

  /** A batch, waiting or in flight, is delivered or dropped. */
  finish(queue: EndpointQueue, batch: Batch): void {
    if (this.#flying.has(batch)) this.#land(batch)
    else queue.list.takeOut(batch)
    this.overflow?.gone({ queue: queue.index, first: batch.first, count: batch.count })
    batch.release()
  }

  /** All batches, waiting or in flight, in no particular order. */
  *batches(): Generator<Batch> {
    yield* this.#flying.keys()
    for (const { list } of this.endpointQueues) yield* list.all
  }

  /**
   * Divides a batch, waiting or in flight. The pieces wait in the queue.
   * @returns the pieces, or the batch itself when there is only one
   */
  divide(queue: EndpointQueue, batch: Batch, counts: readonly number[]): readonly Batch[] {
    if (counts.length < 2) return [batch]
    if (this.#flying.has(batch)) this.#land(batch)
    else queue.list.takeOut(batch)
    return queue.list.putBackDivided(batch, counts)
  }

  /**
   * Removes the oldest entries until all fit: to the overflow if there is one, else they are dropped. @returns how many
   * were dropped
   */
  makeRoom(): number {
    const { maxQueueSize, maxQueueBytes } = this.#settings
    let dropped = 0
    for (const queue of this.endpointQueues) {
      while (queue.list.count > maxQueueSize) {
        const room = this.overflow?.makeRoom(queue) ?? 'never'
        // The count may be exceeded for a moment, the bytes never.
        if (room === 'soon') break
        if (room === 'never') dropped += this.#dropOldest(queue)
      }
    }
    while (this.bytes > maxQueueBytes && this.waiting > 0) {
      const queue = this.logs.list.bytes >= this.requests.list.bytes ? this.logs : this.requests
      if (this.overflow?.makeRoom(queue) !== 'made') dropped += this.#dropOldest(queue)
    }
    return dropped
  }

  #launch(queue: EndpointQueue, batch: Batch): InFlightBatch {
    batch.id ??= this.#newId()
    this.#flying.set(batch, queue)
    this.#flyingBytes += batch.bytes
    const flying = this.#flying
    return {
      queue,
      batch,
      get isOpen() {
        return flying.has(batch)
      },
      finish: () => this.finish(queue, batch),
      putBack: (where) => {
        this.#land(batch)
        queue.list.putBack(batch, where)
        return this.makeRoom()
      },
      halve: () => {
        if (batch.count < 2) return false
        const { id, count } = batch
        const both = this.divide(queue, batch, halves(count))
        for (const [n, half] of both.entries()) half.id = halfId(id as string, n)
        return true
      },
    }
  }

  #dropOldest({ index, list }: EndpointQueue): number {
    const range = list.dropOldest()
    if (range === undefined) return 0
    this.overflow?.gone({ queue: index, ...range })
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
