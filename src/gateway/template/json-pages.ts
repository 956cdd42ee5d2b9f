import { Buffer } from 'node:buffer'
import type { WrittenLog } from '../decode/shapes.js'

const FIRST_PAGE_BYTES = 8 * 1024
const MOST_PAGE_BYTES = 64 * 1024

/** Keeps the logs of one body, outside of V8's heap: as strings they would be copied with each garbage collection. */
export class JsonPages {
  #page = Buffer.alloc(0)
  #end = 0

  /** Copies the first bytes of `json`, and gives where they are. */
  keep(json: Buffer, length: number): Pick<WrittenLog, 'page' | 'start'> {
    if (this.#end + length > this.#page.length) {
      const bytes = Math.min(MOST_PAGE_BYTES, Math.max(FIRST_PAGE_BYTES, 4 * this.#page.length))
      // Not cleared: only what is written here is read.
      this.#page = Buffer.allocUnsafeSlow(Math.max(length, bytes))
      this.#end = 0
    }
    const start = this.#end
    json.copy(this.#page, start, 0, length)
    this.#end += length
    return { page: this.#page, start }
  }
}
