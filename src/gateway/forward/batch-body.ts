import { Buffer } from 'node:buffer'
import { type BatchPath, headOf, TAIL } from '../../delivery/encode.js'
import { MAX_BATCH_BYTES } from '../../wire/limits.js'
import type { WrittenLog } from '../decode/shapes.js'

const COMMA = 0x2c
const ID_LENGTH = 36
const FIRST_CAPACITY = 4096
/** Most bytes of UTF-8 that a UTF-16 unit takes. */
const MOST_UNIT_BYTES = 3

/** A log as bytes, and the id that it lacks. */
export interface LogWithId {
  readonly log: WrittenLog
  /** ASCII. */
  readonly id: string
}

/** A log or request entry, as JSON. */
export type Entry = string | LogWithId

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
  #bytes: Buffer
  #end: number

  /** @param capacity bytes to begin with; the body grows by itself */
  constructor(name: string, path: BatchPath, capacity = FIRST_CAPACITY) {
    this.name = name
    this.path = path
    this.#bytes = Buffer.alloc(capacity)
    this.#end = HEAD_BYTES[path]
  }

  /** Length of the body, in bytes. */
  get byteLength(): number {
    return this.#end + TAIL.length
  }

  /** Adds an entry. False when the request would become too large with it; the first entry always fits. */
  add(entry: Entry, source: number): boolean {
    const start = this.#startOfNext()
    const end = start + (typeof entry === 'string' ? this.#write(entry, start) : this.#copyLog(entry, start))
    if (this.sources.length > 0 && end + TAIL.length > MAX_BATCH_BYTES) return false
    this.#entryEnds(end, source)
    return true
  }

  /** The body of the request. @param batchId a UUID */
  body(batchId: string): Buffer {
    this.#reserve(this.byteLength)
    this.#bytes.write(headOf(this.path, batchId), 0)
    this.#bytes.write(TAIL, this.#end)
    return this.#bytes.subarray(0, this.byteLength)
  }

  /** Two batches with half of the entries each. */
  halves(): [BatchBody, BatchBody] {
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
    this.#reserve(start + entry.length)
    this.#entryEnds(start + entry.copy(this.#bytes, start), source)
  }

  #write(json: string, start: number): number {
    this.#reserve(start + json.length * MOST_UNIT_BYTES)
    return this.#bytes.write(json, start)
  }

  #copyLog({ log: { page, start: from, length, idAt }, id }: LogWithId, start: number): number {
    this.#reserve(start + length + id.length)
    page.copy(this.#bytes, start, from, from + idAt)
    const rest = start + idAt + this.#bytes.write(id, start + idAt, 'latin1')
    page.copy(this.#bytes, rest, from + idAt, from + length)
    return length + id.length
  }

  /** Where the next entry begins, behind a comma. */
  #startOfNext(): number {
    return this.#end + (this.sources.length > 0 ? 1 : 0)
  }

  #entryEnds(end: number, source: number): void {
    if (this.sources.length > 0) this.#bytes[this.#end] = COMMA
    this.#end = end
    this.#ends.push(end)
    this.sources.push(source)
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#bytes.length) return
    const larger = Buffer.alloc(Math.max(bytes, 2 * this.#bytes.length))
    this.#bytes.copy(larger, 0, 0, this.#end)
    this.#bytes = larger
  }
}
