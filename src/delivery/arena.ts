import { Buffer } from 'node:buffer'
import type { Batch } from './batch.js'

const CHUNK_BYTES = 64 * 1024
const COMMA = 0x2c

/**
 * Turns texts into bytes laid one behind the other in shared chunks. A queue of a hundred thousand small
 * buffers costs more in headers than in content; stretches of a few chunks cost next to nothing, and a
 * chunk is freed as a whole when the last batch that lies in it has gone.
 */
export class Arena {
  #chunk: Buffer = Buffer.alloc(0)
  #used = 0

  /** Adds the text to the batch, a comma behind it: ready to be joined with the next one's. */
  write(json: string, batch: Batch): number {
    // A UTF-16 unit becomes at most three bytes, so a text this short fits for certain.
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
