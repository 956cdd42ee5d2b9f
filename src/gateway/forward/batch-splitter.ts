import type { BatchPath } from '../../delivery/encode.js'
import { KNOWN_BATCH_REQUESTS, MAX_BATCH_BYTES, MAX_BATCH_LOGS } from '../../wire/limits.js'
import type { Slabs } from '../slabs.js'
import { BatchBody, type Entry } from './batch-body.js'

/** Logs grow when they are translated, by how much is known only after the batch boundaries are fixed. */
const MOST_WEIGHT = MAX_BATCH_BYTES / 2

/**
 * Groups entries into batches. A batch boundary depends on what came in, not on what policy let through: sampling may
 * choose otherwise when the same export is repeated.
 */
export class BatchSplitter {
  readonly #path: BatchPath
  readonly #most: number
  readonly #slabs: Slabs
  #number = 0
  #announced = 0
  /** Position of the first entry that the current batch could hold. */
  #first = 0
  #last = 0
  #weight = 0
  #body: BatchBody | undefined
  /** A little more than the batch before needed: the next one is likely to need as much. */
  #capacity: number | undefined

  constructor(path: BatchPath, slabs: Slabs) {
    this.#path = path
    this.#slabs = slabs
    // The gateway does not retry with fewer entries when a batch has too many.
    this.#most = path === '/ingest' ? MAX_BATCH_LOGS : KNOWN_BATCH_REQUESTS
  }

  /** Announces an entry that may come. Gives the previous batch when it is full and not empty. */
  announce(weight: number): BatchBody | undefined {
    const isFull =
      this.#announced === this.#most || (this.#announced > 0 && this.#weight + weight > MOST_WEIGHT)
    const body = isFull ? this.close() : undefined
    this.#announced++
    this.#weight += weight
    return body
  }

  /**
   * Adds an entry. Gives the batch before it when the entry would have made that batch too large.
   * @param index of the log, when the entry is one of several written ones
   */
  add(entry: Entry, source: number, index = 0): BatchBody | undefined {
    this.#body ??= this.#open()
    const isAdded = this.#body.add(entry, source, index)
    const full = isAdded ? undefined : this.#split()
    if (!isAdded) {
      this.#body = this.#open()
      this.#body.add(entry, source, index)
    }
    this.#last = this.#announced
    return full
  }

  #open(): BatchBody {
    return new BatchBody(this.#name(), this.#path, this.#slabs.lend(), this.#capacity)
  }

  /**
   * Splits a batch whose entries are too large for one request. The number of parts depends on what policy let through,
   * so each part has a name of its own: a repeat with other parts must not be taken for this one.
   */
  #split(): BatchBody | undefined {
    const full = this.#body
    this.#body = undefined
    full?.seal()
    if (full !== undefined) full.name = `${this.#name()}-${this.#last}`
    this.#first = this.#last + 1
    return full
  }

  #name(): string {
    return this.#first === 0 ? String(this.#number) : `${this.#number}:${this.#first}`
  }

  /** Gives the current batch and begins the next one. */
  close(): BatchBody | undefined {
    const body = this.#body
    body?.seal()
    if (body !== undefined) this.#capacity = Math.ceil(body.byteLength * 1.25)
    this.#body = undefined
    this.#number++
    this.#announced = 0
    this.#first = 0
    this.#last = 0
    this.#weight = 0
    return body
  }
}
