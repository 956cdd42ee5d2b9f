import { TURN, type Turn } from './shapes.js'

/**
 * Bytes of the bodies whose items are kept at one time, in this process. In memory an item takes up to fifty times the
 * bytes that it has in the body.
 */
const MOST_KEPT_BYTES = 2 * 1024 * 1024

let keptBytes = 0

/**
 * Calls `use` with the items of a body, which are walked several times: to check the whole body first, and then to send
 * it. Decoding is half of that work, so the items of a small body are kept from the first walk to the end of `use`.
 * Those of a large one are decoded again in each walk.
 */
export async function keepingItems<T extends object, R>(
  decoded: Iterable<T | Turn>,
  bodyBytes: number,
  use: (items: Iterable<T | Turn>) => Promise<R>,
): Promise<R> {
  if (keptBytes + bodyBytes > MOST_KEPT_BYTES) return use(decoded)
  keptBytes += bodyBytes
  try {
    return await use(new KeptItems(decoded))
  } finally {
    keptBytes -= bodyBytes
  }
}

class KeptItems<T extends object> implements Iterable<T | Turn> {
  readonly #decoded: Iterable<T | Turn>
  #items: readonly T[] | undefined

  constructor(decoded: Iterable<T | Turn>) {
    this.#decoded = decoded
  }

  [Symbol.iterator](): Iterator<T | Turn> {
    return (this.#items ?? this.#firstWalk())[Symbol.iterator]()
  }

  *#firstWalk(): Generator<T | Turn> {
    const items: T[] = []
    for (const item of this.#decoded) {
      if (item !== TURN) items.push(item)
      yield item
    }
    this.#items = items
  }
}
