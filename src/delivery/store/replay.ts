import { Buffer } from 'node:buffer'
import type { Clock } from '../../common/clock.js'
import { Batch } from '../batch.js'
import type { Destination } from '../destination.js'
import type { EndpointQueue } from '../endpoint-queue.js'
import type { InFlightBatch } from '../in-flight-batch.js'
import type { BatchStore, StoredBatch } from './batch-store.js'

/** Sends what is only in the store, one batch at a time, so that stored batches never delay new ones. */
export class Replay {
  /** Entries that are being sent. */
  flying = 0
  /** A batch is being read or sent. */
  isBusy = false
  readonly #store: BatchStore
  readonly #queues: readonly EndpointQueue[]
  readonly #clock: Clock
  #current: InFlightBatch | undefined

  constructor(store: BatchStore, queues: readonly EndpointQueue[], clock: Clock) {
    this.#store = store
    this.#clock = clock
    this.#queues = queues
  }

  /** Whether the store has a batch, and none is being read or sent. */
  get isReady(): boolean {
    return !this.isBusy && this.#store.hasNext
  }

  /**
   * Takes the next batch and counts it as in flight; undefined when there is none now. No other batch may be taken
   * until this one has ended.
   * @param current the destination that the batch is sent to; it may change while the batch is read
   */
  async take(current: () => Destination): Promise<InFlightBatch | undefined> {
    this.isBusy = true
    const stored = await this.#store.next()
    if (stored === undefined) {
      this.isBusy = false
      return undefined
    }
    const flight = this.#launch(stored)
    const { apiUrl, apiKey } = current().target()
    // With another key the batch would reach another project.
    if (apiUrl !== stored.destination.apiUrl || apiKey !== stored.destination.apiKey) {
      flight.putBack('first')
      return undefined
    }
    flight.batch.destination = current()
    return flight
  }

  /** Leaves the batch that is being sent to the next process. */
  giveUp(): void {
    if (this.#current === undefined) return
    this.#current.batch.mayBeTaken = true
    this.#current.putBack('first')
  }

  #launch(stored: StoredBatch): InFlightBatch {
    const batch = batchOf(stored)
    const land = () => {
      this.isBusy = false
      this.#current = undefined
      this.flying = 0
    }
    const isCurrent = () => this.#current === flight
    const flight: InFlightBatch = {
      queue: this.#queues[stored.queue] as EndpointQueue,
      batch,
      isStored: true,
      get isOpen() {
        return isCurrent()
      },
      finish: () => {
        land()
        this.#store.ackBatch(stored)
      },
      putBack: (where) => {
        land()
        const { attempts, mayBeTaken, notBefore } = batch
        const waitMs = Math.max(0, notBefore - this.#clock.monotonic())
        this.#store.nack(stored, { where, attempts, mayBeTaken, waitMs })
        return 0
      },
      halve: () => {
        if (!this.#store.halve(stored)) return false
        land()
        return true
      },
    }
    this.#current = flight
    this.flying = stored.entries.length
    return flight
  }
}

function batchOf({ first, id, entries, attempts, mayBeTaken }: StoredBatch): Batch {
  const batch = new Batch(first)
  batch.id = id
  batch.attempts = attempts
  batch.mayBeTaken = mayBeTaken
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
