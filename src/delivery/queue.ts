import type { Clock } from '../clock.js'
import type { Batch } from './batch.js'
import type { Marks } from './flush-waiters.js'
import { Line } from './line.js'

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

/** All that is not delivered, waiting or on its way, bounded in count and bytes. */
export class Queue {
  readonly logs: Line
  readonly requests: Line
  readonly lines: readonly Line[]
  readonly #newId: () => string
  readonly #flying = new Map<Batch, Line>()
  #settings: QueueSettings
  #flyingBytes = 0

  constructor({ settings, clock, newId }: QueueParts) {
    this.#settings = settings
    this.#newId = newId
    this.logs = new Line('/ingest', worthSending(settings), clock)
    this.requests = new Line('/ingest/requests', worthSending(settings), clock)
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
    for (const line of this.lines) line.batchSize = worthSending(settings)
  }

  /** Adds an entry; the oldest go when there is no room. Gives how many went. */
  add(line: Line, json: string): number {
    line.lane.push(json)
    return this.#makeRoom(line)
  }

  /** The next batch of a line, with its id, on its way from here on. */
  take(line: Line): Batch | undefined {
    const batch = line.lane.take(this.#newId)
    if (batch === undefined) return undefined
    this.#flying.set(batch, line)
    this.#flyingBytes += batch.bytes
    return batch
  }

  isFlying(batch: Batch): boolean {
    return this.#flying.has(batch)
  }

  /** It has met its end, good or bad. */
  finish(batch: Batch): void {
    if (this.#flying.delete(batch)) this.#flyingBytes -= batch.bytes
  }

  /** It waits again, whole. Gives how many entries went to make room for it. */
  putBack(batch: Batch, where: 'first' | 'last'): number {
    const line = this.#flying.get(batch)
    if (line === undefined) return 0
    this.finish(batch)
    line.lane.putBack(batch, where)
    return this.#makeRoom(line)
  }

  /** Its halves wait as batches of their own. False when it cannot be halved. */
  halve(batch: Batch): boolean {
    const line = this.#flying.get(batch)
    if (line === undefined || batch.count < 2) return false
    this.finish(batch)
    line.lane.halve(batch)
    return true
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

  #makeRoom({ lane }: Line): number {
    const { maxQueueSize, maxQueueBytes } = this.#settings
    let dropped = 0
    while (lane.count > maxQueueSize) dropped += lane.dropOldest()
    while (this.bytes > maxQueueBytes && this.waiting > 0) {
      const [logs, requests] = [this.logs.lane, this.requests.lane]
      dropped += (logs.bytes >= requests.bytes ? logs : requests).dropOldest()
    }
    return dropped
  }
}

/** A batch that the queue has no room for would never become full. */
function worthSending({ batchSize, maxQueueSize }: QueueSettings): number {
  return Math.min(batchSize, maxQueueSize)
}
