/**
 * A count over a sliding window in milliseconds. The window consists of parts: it is exact to one part and never counts
 * longer than the window.
 */
export class SlidingWindow {
  readonly #partMs: number
  readonly #counts: number[]
  /** Number of the newest part, counted from the epoch. */
  #newest = 0

  constructor(windowMs: number, parts: number) {
    this.#partMs = windowMs / parts
    this.#counts = new Array<number>(parts).fill(0)
  }

  add(at: number, count = 1): void {
    this.#advance(at)
    this.#counts[this.#newest % this.#counts.length] =
      (this.#counts[this.#newest % this.#counts.length] ?? 0) + count
  }

  total(now: number): number {
    this.#advance(now)
    return this.#counts.reduce((sum, count) => sum + count, 0)
  }

  /** The counts of the parts, the oldest first. */
  parts(now: number): number[] {
    this.#advance(now)
    return this.#counts.map((_, index) => this.#counts[(this.#newest + 1 + index) % this.#counts.length] ?? 0)
  }

  #advance(at: number): void {
    const part = Math.floor(at / this.#partMs)
    const missed = Math.min(part - this.#newest, this.#counts.length)
    for (let step = 0; step < missed; step++) this.#counts[(part - step) % this.#counts.length] = 0
    // A clock that was set back must not empty the window: later counts go to the newest part.
    this.#newest = Math.max(part, this.#newest)
  }
}
