import { Buffer } from 'node:buffer'
import type { Clock } from '../../common/clock.js'
import { Batch } from '../batch.js'
import type { EndpointQueue } from '../endpoint-queue.js'
import type { InFlightBatch } from '../in-flight-batch.js'
import type { BatchStore, StoredBatch } from './batch-store.js'

/** Sends what is only in the store, one batch at a time, so that stored batches never delay new ones. */
export class Replay {
  /** Entries that are being sent. */
  flying = 0
  readonly #store: BatchStore
  readonly #queues: readonly EndpointQueue[]
  readonly #clock: Clock
  /** A batch is being read or sent. */
  isBusy = false
  #current: StoredBatch | undefined
  #beforeTaking: readonly number[] | undefined

  constructor(store: BatchStore, queues: readonly EndpointQueue[], clock: Clock) {
    this.#store = store
    this.#clock = clock
    this.#queues = queues
  }

  /** Whether the store has a batch, and none is being read or sent. */
  get isReady(): boolean {
    return !this.isBusy && this.#store.hasNext
  }

  /** Numbers of the oldest undelivered entries of this process, by queue; Infinity for none. */
  get oldest(): readonly number[] {
    const current = this.#current?.isOwn ? this.#current : undefined
    return this.#store.oldest.map((number, queue) => {
      const taken = current?.queue === queue ? current.first : Number.POSITIVE_INFINITY
      return Math.min(number, taken, this.#beforeTaking?.[queue] ?? Number.POSITIVE_INFINITY)
    })
  }

  /**
   * Takes the next batch and counts it as in flight; undefined when there is none now. No other batch may be taken
   * until this one has ended.
   */
  async take(): Promise<InFlightBatch | undefined> {
    this.isBusy = true
    // A batch that is being read is in no list. A flush must still wait for it.
    this.#beforeTaking = this.#store.oldest
    const stored = await this.#store.next()
    this.#beforeTaking = undefined
    if (stored === undefined) {
      this.isBusy = false
      return undefined
    }
    this.#current = stored
    this.flying = stored.entries.length
    const isCurrent = () => this.#current === stored
    const batch = batchOf(stored)
    return {
      queue: this.#queues[stored.queue] as EndpointQueue,
      batch,
      isStored: true,
      get isOpen() {
        return isCurrent()
      },
      finish: () => {
        this.#land()
        this.#store.ackBatch(stored)
      },
      putBack: (where) => {
        this.#land()
        const { attempts, mayBeTaken, notBefore } = batch
        const waitMs = Math.max(0, notBefore - this.#clock.monotonic())
        this.#store.nack(stored, { where, attempts, mayBeTaken, waitMs })
        return 0
      },
      halve: () => {
        if (!this.#store.halve(stored)) return false
        this.#land()
        return true
      },
    }
  }

  /** Leaves the batch that is being sent to the next process. */
  giveUp(): void {
    const current = this.#current
    if (current === undefined) return
    this.#land()
    const { attempts } = current
    this.#store.nack(current, { where: 'first', attempts, mayBeTaken: true, waitMs: 0 })
  }

  #land(): void {
    this.isBusy = false
    this.#current = undefined
    this.flying = 0
  }
}

function batchOf({ first, id, entries, attempts }: StoredBatch): Batch {
  const batch = new Batch(first)
  batch.id = id
  batch.attempts = attempts
  batch.hasReturned = true
  const chunk = Buffer.concat(entries.flatMap((entry) => [entry, COMMA]))
  let start = 0
  for (const { length } of entries) {
    batch.add(chunk, start, start + length + 1)
    start += length + 1
  }
  return batch
}

const COMMA = Buffer.from(',')
