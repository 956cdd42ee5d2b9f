import { Buffer } from 'node:buffer'

export const SLAB_BYTES = 256 * 1024
/** Slabs that exist at one time, lent and free: 16 MiB. */
const MOST_SLABS = 64

/** Memory that one borrower has until it gives it back. */
export class Slab {
  readonly #memory: ArrayBuffer
  #owner: Slabs | undefined
  #used = 0

  constructor(memory: ArrayBuffer, owner: Slabs) {
    this.#memory = memory
    this.#owner = owner
  }

  /**
   * The first bytes of the slab: zeros, where the borrower has not written. Only what has been asked for here can have
   * been written, and is cleared later. The buffer is empty once the slab has been given back.
   */
  first(bytes: number): Buffer {
    this.#used = Math.max(this.#used, bytes)
    return Buffer.from(this.#memory, 0, bytes)
  }

  /** The borrower and everyone who got the bytes from it have done with them. */
  giveBack(): void {
    const owner = this.#owner
    this.#owner = undefined
    if (owner === undefined) return
    Buffer.from(this.#memory, 0, this.#used).fill(0)
    owner.takeBack(this.#memory)
  }

  /** Somebody may still use the bytes. Nobody else will get them. */
  drop(): void {
    const owner = this.#owner
    this.#owner = undefined
    owner?.takeBack(undefined)
  }
}

/**
 * Lends memory that is used again and again. V8 collects its whole heap after every few dozen megabytes that are
 * allocated outside of it, however small the heap is: with memory of their own, the bodies and batches of the gateway
 * would spend more on that than on all that is done with them.
 *
 * Nothing of one borrower can reach another: what is given back is cleared, and moved to another `ArrayBuffer`, so that
 * every buffer of the former borrower is empty from then on.
 */
export class Slabs {
  readonly #free: ArrayBuffer[] = []
  #lent = 0

  /** Undefined when too many are lent. */
  lend(): Slab | undefined {
    if (this.#lent >= MOST_SLABS) return undefined
    this.#lent++
    return new Slab(this.#free.pop() ?? new ArrayBuffer(SLAB_BYTES), this)
  }

  /** @param memory all zeros; undefined for a slab that is not to be used again */
  takeBack(memory: ArrayBuffer | undefined): void {
    this.#lent--
    if (memory !== undefined) this.#free.push(structuredClone(memory, { transfer: [memory] }))
  }
}
