/** Traces that can be remembered at one time. */
const PLACES = 4096

/**
 * Remembers traces that had a request, by a hash of their ids. Of two traces with one place the newer one is remembered,
 * and one trace in four billion is taken for another.
 */
export class AnsweredTraces {
  readonly #hashes = new Uint32Array(PLACES)

  add(traceId: string): void {
    const hash = hashOf(traceId)
    this.#hashes[hash % PLACES] = hash
  }

  has(traceId: string): boolean {
    const hash = hashOf(traceId)
    return this.#hashes[hash % PLACES] === hash
  }
}

/** FNV-1a, 32 bits; never 0, which is an empty place. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  return hash >>> 0 || 1
}
