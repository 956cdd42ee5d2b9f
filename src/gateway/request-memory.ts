import type { Buffer } from 'node:buffer'
import { SLAB_BYTES, type Slab, type Slabs } from './slabs.js'

/** Slabs of one request: several times the body and the logs of an ordinary one. */
const MOST_SLABS = 8

/** The memory of one request from a caller: its body, and the logs that are made of it. */
export class RequestMemory {
  readonly #source: Slabs
  readonly #slabs: Slab[] = []
  /** Bytes that are taken of the last slab. */
  #taken = SLAB_BYTES
  #isOver = false

  constructor(source: Slabs) {
    this.#source = source
  }

  /** Gives zeros that nobody else has until {@link giveBack}. Undefined when there are none to be had. */
  take(bytes: number): Buffer | undefined {
    if (this.#isOver || bytes > SLAB_BYTES) return undefined
    if (this.#taken + bytes > SLAB_BYTES && !this.#lend()) return undefined
    const start = this.#taken
    this.#taken += bytes
    return this.#slabs.at(-1)?.first(this.#taken).subarray(start)
  }

  #lend(): boolean {
    const slab = this.#slabs.length === MOST_SLABS ? undefined : this.#source.lend()
    if (slab === undefined) return false
    this.#slabs.push(slab)
    this.#taken = 0
    return true
  }

  /** The request has ended. Every buffer that it took is empty from then on. */
  giveBack(): void {
    this.#isOver = true
    for (const slab of this.#slabs) slab.giveBack()
    this.#slabs.length = 0
  }
}
