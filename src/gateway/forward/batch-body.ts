import { Buffer } from 'node:buffer'
import { type BatchPath, headOf, TAIL } from '../../delivery/encode.js'
import { MAX_BATCH_BYTES } from '../../wire/limits.js'
import type { WrittenLogs } from '../decode/written-logs.js'
import { SLAB_BYTES, type Slab } from '../slabs.js'

const COMMA = 0x2c
const ID_LENGTH = 36
const FIRST_CAPACITY = 4096
/** Most bytes of UTF-8 that a UTF-16 unit takes. */
const MOST_UNIT_BYTES = 3

/** A log or request entry as JSON, or one of several written logs. */
export type Entry = string | WrittenLogs

/** The head is as long for every id, so that its place is known before the id is. */
const HEAD_BYTES: Readonly<Record<BatchPath, number>> = {
  '/ingest': headOf('/ingest', '0'.repeat(ID_LENGTH)).length,
  '/ingest/requests': headOf('/ingest/requests', '').length,
}

/**
 * The body of one request. Entries are written where they are sent from: a byte array for each of them, and a copy of
 * all, would cost as much as reading the caller's records. The memory is the body's own and only what was written of it
 * is sent, so that no byte of another caller's data can be in it.
 */
export class BatchBody {
  /** The name of the batch within its export, the same on a repeat. */
  name: string
  readonly path: BatchPath
  /** The index of the caller's record for each entry. */
  readonly sources: number[] = []
  /** Where each entry ends. */
  readonly #ends: number[] = []
  #slab: Slab | undefined
  #bytes: Buffer
  #end: number
  #isOut = false
  // Written logs that lie side by side in their page, and are copied when the next entry is no neighbour of theirs.
  #page: Buffer | undefined
  #from = 0
  #to = 0
  /** Where they belong in the body. */
  #at = 0

  /**
   * @param slab memory for a body of ordinary size. Default: the body has its own
   * @param capacity bytes to begin with; the body grows by itself
   */
  constructor(name: string, path: BatchPath, slab?: Slab, capacity = FIRST_CAPACITY) {
    this.name = name
    this.path = path
    this.#slab = slab
    this.#bytes = slab?.first(Math.min(capacity, SLAB_BYTES)) ?? Buffer.alloc(capacity)
    this.#end = HEAD_BYTES[path]
  }

  /** Length of the body, in bytes. */
  get byteLength(): number {
    return this.#end + TAIL.length
  }

  /**
   * Adds an entry. False when the request would become too large with it; the first entry always fits.
   * @param index of the log, when the entry is one of several written ones
   */
  add(entry: Entry, source: number, index = 0): boolean {
    const start = this.#startOfNext()
    const isText = typeof entry === 'string'
    if (isText) this.seal()
    const end = isText
      ? start + this.#write(entry, start)
      : start + (entry.ends[index] as number) - entry.startOf(index)
    if (this.sources.length > 0 && end + TAIL.length > MAX_BATCH_BYTES) return false
    if (!isText) this.#copyLater(entry.page, entry.startOf(index), entry.ends[index] as number, start)
    this.#entryEnds(end, source)
    return true
  }

  #copyLater(page: Buffer, from: number, to: number, at: number): void {
    // One byte lies between neighbours, in the page and here: the comma.
    if (page !== this.#page || from !== this.#to + 1) {
      this.seal()
      this.#page = page
      this.#from = from
      this.#at = at
    }
    this.#to = to
  }

  /** Copies what has been added from elsewhere, which need not be there any longer. */
  seal(): void {
    const page = this.#page
    if (page === undefined) return
    this.#page = undefined
    this.#reserve(this.#at, this.#to - this.#from)
    page.copy(this.#bytes, this.#at, this.#from, this.#to)
  }

  /** The body of the request. @param batchId a UUID */
  body(batchId: string): Buffer {
    this.#isOut = true
    this.seal()
    this.#grow(this.byteLength)
    this.#bytes.write(headOf(this.path, batchId), 0)
    this.#bytes.write(TAIL, this.#end)
    return this.#bytes.subarray(0, this.byteLength)
  }

  /** Nobody reads the body any more. */
  isReadToEnd(): void {
    this.#isOut = false
  }

  /** The batch is done with. A body that somebody may still read keeps its memory. */
  end(): void {
    if (this.#isOut) this.#slab?.drop()
    else this.#slab?.giveBack()
  }

  /** Two batches with half of the entries each. */
  halves(): [BatchBody, BatchBody] {
    this.seal()
    const middle = Math.ceil(this.sources.length / 2)
    return [this.#part(0, middle), this.#part(middle, this.sources.length)]
  }

  #part(from: number, to: number): BatchBody {
    const part = new BatchBody(`${this.name}.${from === 0 ? 0 : 1}`, this.path)
    for (let index = from; index < to; index++) {
      const start = index === 0 ? HEAD_BYTES[this.path] : (this.#ends[index - 1] as number) + 1
      part.#copy(this.#bytes.subarray(start, this.#ends[index]), this.sources[index] as number)
    }
    return part
  }

  #copy(entry: Buffer, source: number): void {
    const start = this.#startOfNext()
    this.#reserve(start, entry.length)
    this.#entryEnds(start + entry.copy(this.#bytes, start), source)
  }

  #write(json: string, start: number): number {
    this.#reserve(start, json.length * MOST_UNIT_BYTES)
    return this.#bytes.write(json, start)
  }

  /** Where the next entry begins, behind a comma. */
  #startOfNext(): number {
    return this.#end + (this.sources.length > 0 ? 1 : 0)
  }

  #entryEnds(end: number, source: number): void {
    this.#end = end
    this.#ends.push(end)
    this.sources.push(source)
  }

  /** Makes room for entries that begin there, and separates them from those before. */
  #reserve(start: number, length: number): void {
    this.#grow(start + length)
    if (start > HEAD_BYTES[this.path]) this.#bytes[start - 1] = COMMA
  }

  #grow(bytes: number): void {
    if (bytes <= this.#bytes.length) return
    const length = Math.max(bytes, 2 * this.#bytes.length)
    if (this.#slab !== undefined && bytes <= SLAB_BYTES) {
      this.#bytes = this.#slab.first(Math.min(length, SLAB_BYTES))
      return
    }
    const larger = Buffer.alloc(length)
    this.#bytes.copy(larger, 0, 0, this.#end)
    this.#bytes = larger
    this.#slab?.giveBack()
    this.#slab = undefined
  }
}
