import { Buffer } from 'node:buffer'
import { Batch } from './batch.js'
import type { Keeper, StoredBatch } from './keeper.js'
import type { Line } from './line.js'
import type { Parcel } from './parcel.js'

/** Brings what only the keeper has on its way again, one batch at a time, so that it never holds up the rest. */
export class Replay {
  /** Entries on their way. */
  flying = 0
  readonly #keeper: Keeper
  readonly #lines: readonly Line[]
  /** A batch is being taken, or is on its way. */
  isBusy = false
  #current: StoredBatch | undefined
  #beforeTaking: readonly number[] | undefined

  constructor(keeper: Keeper, lines: readonly Line[]) {
    this.#keeper = keeper
    this.#lines = lines
  }

  /** Whether there is something to take, and nothing on its way. */
  get isReady(): boolean {
    return !this.isBusy && this.#keeper.count > 0
  }

  /** Numbers of the oldest entries of this process that are not delivered, by line; Infinity for none. */
  get oldest(): readonly number[] {
    const current = this.#current?.isOwn ? this.#current : undefined
    return this.#keeper.oldest.map((number, line) => {
      const taken = current?.line === line ? current.first : Number.POSITIVE_INFINITY
      return Math.min(number, taken, this.#beforeTaking?.[line] ?? Number.POSITIVE_INFINITY)
    })
  }

  /** The next batch, on its way from here on. Nothing else may be taken until it has met its end. */
  async take(): Promise<Parcel | undefined> {
    this.isBusy = true
    // While a batch is being read it is neither the keeper's nor ours, and a flush must not miss it.
    this.#beforeTaking = this.#keeper.oldest
    const stored = await this.#keeper.next()
    this.#beforeTaking = undefined
    if (stored === undefined) {
      this.isBusy = false
      return undefined
    }
    this.#current = stored
    this.flying = stored.entries.length
    const isCurrent = () => this.#current === stored
    return {
      line: this.#lines[stored.line] as Line,
      batch: batchOf(stored),
      get isOpen() {
        return isCurrent()
      },
      finish: () => {
        this.#land()
        this.#keeper.finish(stored)
      },
      putBack: (where) => {
        this.#land()
        this.#keeper.giveBack(stored, where)
        return 0
      },
      halve: () => {
        if (!this.#keeper.halve(stored)) return false
        this.#land()
        return true
      },
    }
  }

  /** Leaves what is on its way to whoever takes it over. */
  giveUp(): void {
    const current = this.#current
    if (current === undefined) return
    this.#land()
    this.#keeper.giveBack(current, 'first')
  }

  #land(): void {
    this.isBusy = false
    this.#current = undefined
    this.flying = 0
  }
}

function batchOf({ first, id, entries }: StoredBatch): Batch {
  const batch = new Batch(first)
  batch.id = id
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
