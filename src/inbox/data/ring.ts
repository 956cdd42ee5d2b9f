/** What a {@link Ring} holds: a value with its place in the order of arrival. */
export interface Entry<T> {
  /** Grows by one with each arrival, and is never used twice, not even after `clear`. */
  readonly seq: number
  /** When it arrived, in milliseconds since the epoch. */
  readonly at: number
  /** The time the value itself states, in milliseconds since the epoch; `at` where the value states none. */
  readonly time: number
  readonly value: T
  /** About how many bytes it holds. */
  readonly weight: number
}

/** The newest values, bounded by count and by bytes: when one more does not fit, the oldest go. */
export class Ring<T> {
  readonly #maxCount: number
  readonly #maxWeight: number
  #entries: (Entry<T> | undefined)[] = []
  #head = 0
  #weight = 0
  #seq = 0

  constructor(maxCount: number, maxWeight: number) {
    this.#maxCount = maxCount
    this.#maxWeight = maxWeight
  }

  push(value: T, weight: number, at: number, time = at): Entry<T> {
    const entry = { seq: ++this.#seq, at, time, value, weight }
    this.#entries.push(entry)
    this.#weight += weight
    while (this.count > this.#maxCount || (this.#weight > this.#maxWeight && this.count > 0)) this.#shift()
    return entry
  }

  get count(): number {
    return this.#entries.length - this.#head
  }

  get weight(): number {
    return this.#weight
  }

  /** The place of the last arrival, 0 before the first. */
  get lastSeq(): number {
    return this.#seq
  }

  /** The entry at a place, if it is still held. */
  at(seq: number): Entry<T> | undefined {
    return this.#entries[this.#entries.length - 1 - (this.#seq - seq)]
  }

  *newestFirst(): Generator<Entry<T>> {
    for (let index = this.#entries.length - 1; index >= this.#head; index--) {
      const entry = this.#entries[index]
      if (entry !== undefined) yield entry
    }
  }

  *oldestFirst(): Generator<Entry<T>> {
    for (let index = this.#head; index < this.#entries.length; index++) {
      const entry = this.#entries[index]
      if (entry !== undefined) yield entry
    }
  }

  /** All values, first arrived first. */
  values(): T[] {
    return Array.from(this.oldestFirst(), (entry) => entry.value)
  }

  clear(): void {
    this.#entries = []
    this.#head = 0
    this.#weight = 0
  }

  #shift(): void {
    const oldest = this.#entries[this.#head]
    if (oldest !== undefined) this.#weight -= oldest.weight
    this.#entries[this.#head++] = undefined
    // Moving all entries down at each arrival would cost far more than this rare copy.
    if (this.#head < 1024 || this.#head * 2 < this.#entries.length) return
    this.#entries = this.#entries.slice(this.#head)
    this.#head = 0
  }
}
