/**
 * A map of the most recently used keys, bounded by count and by weight. The least recently used keys are dropped first.
 */
export class RecentMap<V> {
  readonly #maxCount: number
  readonly #maxWeight: number
  readonly #held = new Map<string, { value: V; weight: number }>()
  #weight = 0

  constructor(maxCount: number, maxWeight = Number.POSITIVE_INFINITY) {
    this.#maxCount = maxCount
    this.#maxWeight = maxWeight
  }

  get size(): number {
    return this.#held.size
  }

  /** The value of a key. Reading it counts as use. */
  get(key: string): V | undefined {
    const held = this.#held.get(key)
    if (held === undefined) return undefined
    this.#held.delete(key)
    this.#held.set(key, held)
    return held.value
  }

  set(key: string, value: V, weight = 1): void {
    this.delete(key)
    this.#held.set(key, { value, weight })
    this.#weight += weight
    for (const oldest of this.#held.keys()) {
      if (this.#held.size <= this.#maxCount && this.#weight <= this.#maxWeight) break
      this.delete(oldest)
    }
  }

  delete(key: string): void {
    const held = this.#held.get(key)
    if (held === undefined) return
    this.#weight -= held.weight
    this.#held.delete(key)
  }

  /** All values, the least recently used first. */
  values(): V[] {
    return Array.from(this.#held.values(), (held) => held.value)
  }

  entries(): [string, V][] {
    return Array.from(this.#held, ([key, held]) => [key, held.value])
  }

  clear(): void {
    this.#held.clear()
    this.#weight = 0
  }
}
