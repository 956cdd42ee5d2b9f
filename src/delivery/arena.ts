import { Buffer } from 'node:buffer'
import type { Batch } from './batch.js'

const CHUNK_BYTES = 64 * 1024
const COMMA = 0x2c

/**
 * Encodes JSON texts into shared chunks of 64 KiB. A hundred thousand small buffers cost more in headers than in
 * content, while a batch refers to a few stretches of chunks. A chunk is freed when the last batch that refers to it is
 * gone.
 */
export class Arena {
  #chunk: Buffer = Buffer.alloc(0)
  #used = 0

  /** Appends the text and a comma to the batch, so that contents can be joined. @returns the number of bytes */
  write(json: string, batch: Batch): number {
    // A UTF-16 unit takes at most three bytes in UTF-8, so a text this short certainly fits.
    if (this.#chunk.length - this.#used <= json.length * 3) {
      const bytes = Buffer.byteLength(json) + 1
      if (bytes > CHUNK_BYTES / 4) {
        const own = Buffer.from(`${json},`)
        batch.add(own, 0, own.length)
        return own.length
      }
      if (this.#chunk.length - this.#used < bytes) {
        this.#chunk = Buffer.alloc(CHUNK_BYTES)
        this.#used = 0
      }
    }
    const start = this.#used
    this.#used += this.#chunk.write(json, start)
    this.#chunk[this.#used++] = COMMA
    batch.add(this.#chunk, start, this.#used)
    return this.#used - start
  }
}
