/** Traces that can be remembered at one time, in rows of a few, of which the newest are remembered. */
const PLACES = 8192
const ROW = 8

/**
 * Remembers traces that had a request, by a hash of their ids. Of the last thousand traces, one in a hundred thousand is
 * forgotten; and one new trace in half a million is taken for a remembered one.
 */
export class AnsweredTraces {
  readonly #hashes = new Uint32Array(PLACES)

  add(traceId: string): void {
    const hash = hashOf(traceId)
    const start = startOfRow(hash)
    this.#hashes.copyWithin(start + 1, start, start + ROW - 1)
    this.#hashes[start] = hash
  }

  has(traceId: string): boolean {
    const hash = hashOf(traceId)
    const start = startOfRow(hash)
    for (let place = start; place < start + ROW; place++) {
      if (this.#hashes[place] === hash) return true
    }
    return false
  }
}

function startOfRow(hash: number): number {
  return (hash * ROW) % PLACES
}

/** FNV-1a, 32 bits; never 0, which is an empty place. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  return hash >>> 0 || 1
}
