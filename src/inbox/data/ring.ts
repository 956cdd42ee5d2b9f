/** An item of a {@link Ring}: a value with its sequence number. */
export interface Entry<T> {
  /** Sequence number. It grows by one with each arrival and is never reused, not even after `clear`. */
  readonly seq: number
  /** Time of arrival, in milliseconds since the epoch. */
  readonly at: number
  /** The value's own time, in milliseconds since the epoch; `at` when the value has none. */
  readonly time: number
  readonly value: T
  /** Approximate size in memory, in bytes. */
  readonly weight: number
  /** For the last log of a batch: the batch's id. */
  readonly batch?: string
}

/** The newest values, bounded by count and by bytes. The oldest are dropped first. */
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

  push(value: T, weight: number, at: number, time = at, batch?: string): Entry<T> {
    const entry = {
      seq: ++this.#seq,
      at,
      time,
      value,
      weight,
      ...(batch !== undefined && { batch }),
    }
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

  /** The sequence number of the latest arrival; 0 before the first. */
  get lastSeq(): number {
    return this.#seq
  }

  /** The entry with a sequence number; undefined when it is no longer in the ring. */
  at(seq: number): Entry<T> | undefined {
    return this.#entries[this.#entries.length - 1 - (this.#seq - seq)]
  }

  /** The entries of this moment. Those that are dropped while the caller pauses are left out. */
  newestFirst(): Generator<Entry<T>> {
    return this.#down(this.#seq)
  }

  /** The same, the oldest first. */
  oldestFirst(): Generator<Entry<T>> {
    return this.#upTo(this.#seq)
  }

  /** All values, the oldest first. */
  values(): T[] {
    return Array.from(this.oldestFirst(), (entry) => entry.value)
  }

  clear(): void {
    this.#entries = []
    this.#head = 0
    this.#weight = 0
  }

  *#down(from: number): Generator<Entry<T>> {
    for (let seq = from; ; seq--) {
      const entry = this.at(seq)
      if (entry === undefined) return
      yield entry
    }
  }

  *#upTo(last: number): Generator<Entry<T>> {
    for (let seq = this.#seq - this.count + 1; seq <= last; seq++) {
      const entry = this.at(seq)
      if (entry !== undefined) yield entry
    }
  }

  #shift(): void {
    const oldest = this.#entries[this.#head]
    if (oldest !== undefined) this.#weight -= oldest.weight
    this.#entries[this.#head++] = undefined
    // A rare copy is far cheaper than moving all entries at each arrival.
    if (this.#head < 1024 || this.#head * 2 < this.#entries.length) return
    this.#entries = this.#entries.slice(this.#head)
    this.#head = 0
  }
}
