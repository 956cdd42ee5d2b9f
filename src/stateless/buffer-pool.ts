import { Buffer } from 'node:buffer'

/** What is kept for the next ones, together. */
const MOST_BYTES = 8 * 1024 * 1024

/**
 * Buffers that come again. New ones lie outside of the heap: each has its pages to be faulted in, and some
 * hundreds of them make V8 mark all that is in it.
 */
export class BufferPool {
  readonly #free: Buffer[] = []
  #bytes = 0

  /** One of at least so many bytes; what is in it is of another time. */
  take(bytes: number): Buffer {
    const kept = this.#free.pop()
    this.#bytes -= kept?.length ?? 0
    return kept !== undefined && kept.length >= bytes ? kept : Buffer.allocUnsafeSlow(bytes)
  }

  /** Takes one back that nobody reads any more. */
  give(buffer: Buffer): void {
    if (this.#bytes + buffer.length > MOST_BYTES) return
    this.#bytes += buffer.length
    this.#free.push(buffer)
  }
}
