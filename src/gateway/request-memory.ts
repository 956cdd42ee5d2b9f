import type { Buffer } from 'node:buffer'
import type { Slab, Slabs } from './slabs.js'

/** Slabs of one request: several times the body and the logs of an ordinary one. */
const MOST_SLABS = 8

/** The memory of one request from a caller: its body, and the logs that are made of it. */
export class RequestMemory {
  readonly #source: Slabs
  readonly #slabs: Slab[] = []
  #isOver = false

  constructor(source: Slabs) {
    this.#source = source
  }

  /** Gives zeros that nobody else has until {@link giveBack}. Undefined when there are none to be had. */
  take(): Buffer | undefined {
    if (this.#isOver || this.#slabs.length === MOST_SLABS) return undefined
    const slab = this.#source.lend()
    if (slab !== undefined) this.#slabs.push(slab)
    return slab?.bytes
  }

  /** The request has ended. Every buffer that it took is empty from then on. */
  giveBack(): void {
    this.#isOver = true
    for (const slab of this.#slabs) slab.giveBack()
    this.#slabs.length = 0
  }
}
