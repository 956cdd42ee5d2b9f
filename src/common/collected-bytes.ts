import { Buffer } from 'node:buffer'

/** A shorter piece is copied: each buffer takes some hundred bytes beside what it holds. */
const LEAST_KEPT_BYTES = 4096
const LEAST_BLOCK_BYTES = 1024
const MOST_BLOCK_BYTES = 64 * 1024

/** Bytes that come in pieces. They take about twice their length at most, however short the pieces are. */
export class CollectedBytes {
  readonly #pieces: Buffer[] = []
  #length = 0
  /** Short pieces are copied to it. What lies between `#start` and `#end` is not among the pieces yet. */
  #block = Buffer.alloc(0)
  #start = 0
  #end = 0

  get length(): number {
    return this.#length
  }

  append(piece: Buffer): void {
    if (piece.length < LEAST_KEPT_BYTES) this.#copy(piece)
    else {
      this.#keepCopied()
      this.#pieces.push(piece)
    }
    this.#length += piece.length
  }

  /**
   * All bytes in one buffer.
   * @param memoryFor gives the buffer for them. Default: they have one of their own
   */
  join(memoryFor: (length: number) => Buffer | undefined = () => undefined): Buffer {
    this.#keepCopied()
    const [first] = this.#pieces
    if (first !== undefined && this.#pieces.length === 1) return first
    const memory = memoryFor(this.#length)
    if (memory === undefined) return Buffer.concat(this.#pieces, this.#length)
    let end = 0
    for (const piece of this.#pieces) end += piece.copy(memory, end)
    return memory.subarray(0, end)
  }

  #copy(piece: Buffer): void {
    let copied = 0
    while (copied < piece.length) {
      if (this.#end === this.#block.length) this.#beginBlock()
      const count = piece.copy(this.#block, this.#end, copied)
      copied += count
      this.#end += count
    }
  }

  #beginBlock(): void {
    this.#keepCopied()
    this.#block = Buffer.alloc(Math.min(MOST_BLOCK_BYTES, Math.max(LEAST_BLOCK_BYTES, this.#length)))
    this.#start = 0
    this.#end = 0
  }

  #keepCopied(): void {
    if (this.#end > this.#start) this.#pieces.push(this.#block.subarray(this.#start, this.#end))
    this.#start = this.#end
  }
}
