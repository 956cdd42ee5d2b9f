import { Buffer } from 'node:buffer'
import type { BufferPool } from './buffer-pool.js'

export type ParcelPath = '/ingest' | '/ingest/requests'

const COMMA = 0x2c
const TAIL = ']}'
const LEAST_BYTES = 16 * 1024
const NO_BYTES = Buffer.alloc(0)

function headOf(path: ParcelPath, batchId: string): string {
  return path === '/ingest' ? `{"batch_id":"${batchId}","logs":[` : '{"requests":['
}

/** Ids of batches are UUIDs, so that room for the head can be left before there is one. */
const HEAD_BYTES: Readonly<Record<ParcelPath, number>> = {
  '/ingest': headOf('/ingest', '0'.repeat(36)).length,
  '/ingest/requests': headOf('/ingest/requests', '').length,
}

/**
 * Entries that travel in one post, as the bytes that will be its body: as texts they would all have to be kept
 * by the garbage collector until then, and be copied twice.
 */
export class Parcel {
  /** Says which it is among those of one caller: the same on a repeat. */
  readonly name: string
  readonly path: ParcelPath
  /** The caller's record behind each entry. */
  readonly sources: number[] = []
  /** Where each entry ends, the comma behind it not counted. */
  readonly #ends: number[] = []
  readonly #pool: BufferPool
  #bytes: Buffer
  #used: number

  /** @param likelyBytes about how large it will be */
  constructor(name: string, path: ParcelPath, pool: BufferPool, likelyBytes = 0) {
    this.name = name
    this.path = path
    this.#pool = pool
    this.#bytes = pool.take(Math.max(LEAST_BYTES, likelyBytes))
    this.#used = HEAD_BYTES[path]
  }

  get byteLength(): number {
    return this.#used
  }

  add(json: string, source: number): void {
    // A UTF-16 unit becomes at most three bytes.
    this.#reserve(json.length * 3 + 1)
    if (this.sources.length > 0) this.#bytes[this.#used++] = COMMA
    this.#used += this.#bytes.write(json, this.#used)
    this.#ends.push(this.#used)
    this.sources.push(source)
  }

  /** The body of the post. */
  body(batchId: string): Buffer {
    this.#reserve(TAIL.length)
    this.#bytes.write(headOf(this.path, batchId), 0, 'latin1')
    this.#bytes.write(TAIL, this.#used, 'latin1')
    return this.#bytes.subarray(0, this.#used + TAIL.length)
  }

  /** Gives its memory back, when nobody can be reading its body any more. */
  free(): void {
    this.#pool.give(this.#bytes)
    this.#bytes = NO_BYTES
  }

  /** The same entries in two. */
  halves(): [Parcel, Parcel] {
    const middle = Math.ceil(this.sources.length / 2)
    return [this.#part(0, middle), this.#part(middle, this.sources.length)]
  }

  #part(from: number, to: number): Parcel {
    const part = new Parcel(`${this.name}.${from === 0 ? 0 : 1}`, this.path, this.#pool)
    for (let index = from; index < to; index++) {
      const start = index === 0 ? HEAD_BYTES[this.path] : (this.#ends[index - 1] as number) + 1
      part.add(this.#bytes.toString('utf8', start, this.#ends[index]), this.sources[index] as number)
    }
    return part
  }

  #reserve(bytes: number): void {
    // The tail's two bytes always find their place.
    const needed = this.#used + bytes + TAIL.length
    if (needed <= this.#bytes.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#bytes.length))
    this.#bytes.copy(larger, 0, 0, this.#used)
    this.#bytes = larger
  }
}
