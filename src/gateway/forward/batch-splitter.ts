import { KNOWN_BATCH_REQUESTS, MAX_BATCH_BYTES, MAX_BATCH_LOGS } from '../../wire/limits.js'
import { BatchBody, type BatchPath } from './batch-body.js'

/** Logs grow when they are translated; by how much is known only afterwards, when borders are drawn already. */
const MOST_WEIGHT = MAX_BATCH_BYTES / 2

/**
 * Packs entries into batches. Where one ends is decided by what could be in it and not by what policy let
 * through, for sampling may choose otherwise when the same comes again.
 */
export class BatchSplitter {
  readonly #path: BatchPath
  readonly #most: number
  #number = 0
  #drawn = 0
  /** Of the batch that is being packed: where it begins among what was drawn, and its last entry so far. */
  #first = 0
  #last = 0
  #weight = 0
  #body: BatchBody | undefined

  constructor(path: BatchPath) {
    this.#path = path
    // Nobody here could try again with less, should more of them be too many.
    this.#most = path === '/ingest' ? MAX_BATCH_LOGS : KNOWN_BATCH_REQUESTS
  }

  /** Makes room for one entry that may come. Gives the batch that is full, if there is one with anything in it. */
  draw(weight: number): BatchBody | undefined {
    const isFull = this.#drawn === this.#most || (this.#drawn > 0 && this.#weight + weight > MOST_WEIGHT)
    const body = isFull ? this.close() : undefined
    this.#drawn++
    this.#weight += weight
    return body
  }

  /** Adds an entry. Gives the batch before it, if that one would have become too large. */
  add(json: string, source: number): BatchBody | undefined {
    const entry = Buffer.from(json)
    const full = this.#body?.hasRoom(entry) === false ? this.#split() : undefined
    this.#body ??= new BatchBody(this.#name(), this.#path)
    this.#body.add(entry, source)
    this.#last = this.#drawn
    return full
  }

  /**
   * Ends a batch within its borders, which are drawn by what came in, when what was made of it is too much for one
   * post. What part of it this is depends on what policy let through, and so the part has a name of its own: a repeat
   * with other parts must not be taken for this one.
   */
  #split(): BatchBody | undefined {
    const full = this.#body
    this.#body = undefined
    if (full !== undefined) full.name = `${this.#name()}-${this.#last}`
    this.#first = this.#last + 1
    return full
  }

  #name(): string {
    return this.#first === 0 ? String(this.#number) : `${this.#number}:${this.#first}`
  }

  /** What is packed so far; the next batch begins. */
  close(): BatchBody | undefined {
    const body = this.#body
    this.#body = undefined
    this.#number++
    this.#drawn = 0
    this.#first = 0
    this.#last = 0
    this.#weight = 0
    return body
  }
}
