import { Buffer } from 'node:buffer'
import type { RequestMemory } from '../request-memory.js'
import { JsonBytes, ROOM_OF_LOG } from './json-bytes.js'

/** A page is mostly filled, and two of them fill a slab. Many bodies hold a few records and need no more than the first. */
const FIRST_PAGE_BYTES = 48 * 1024
const PAGE_BYTES = 208 * 1024
const OWN_PAGE_BYTES = 64 * 1024
const COMMA = 0x2c

/** Keeps the logs of one body, outside of V8's heap: as strings they would be copied with each garbage collection. */
export class JsonPages {
  /** Writes the next log into the current page. */
  readonly out = new JsonBytes()
  readonly #memory: RequestMemory | undefined
  #page: Buffer = Buffer.alloc(0)
  #end = 0

  /** @param memory of the request. Default: the pages have their own */
  constructor(memory?: RequestMemory) {
    this.#memory = memory
  }

  /** Gives the page for the next log. */
  page(): Buffer {
    if (!this.hasRoom) {
      const bytes = this.#page.length === 0 ? FIRST_PAGE_BYTES : PAGE_BYTES
      this.#page = this.#memory?.take(bytes) ?? Buffer.alloc(OWN_PAGE_BYTES)
      this.#end = 0
    }
    return this.#page
  }

  /** Where the next log begins. */
  get end(): number {
    return this.#end
  }

  /** Whether the next log has room in the current page. */
  get hasRoom(): boolean {
    return this.#end + ROOM_OF_LOG <= this.#page.length
  }

  /** Begins a log, and drops what was written of one that was not kept. */
  begin(): void {
    this.out.begin(this.#page, this.#end)
  }

  /** Keeps the log that was written. */
  keep(): void {
    this.#page[this.out.end] = COMMA
    this.#end = this.out.end + 1
  }
}
