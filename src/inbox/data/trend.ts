import { SlidingWindow } from './sliding-window.js'

export type TrendWord = 'new' | 'rising' | 'steady' | 'falling'

const HOUR_MS = 3_600_000
const PARTS = 12

/** Occurrences over the last hour, and the word for how they go. */
export class Trend {
  readonly #window = new SlidingWindow(HOUR_MS, PARTS)
  #first: number | undefined

  add(at: number, count: number): void {
    this.#first ??= at
    this.#window.add(at, count)
  }

  /** Occurrences in twelfths of an hour, the oldest first. */
  history(now: number): number[] {
    return this.#window.parts(now)
  }

  /** `new` in its first five minutes; then the last quarter of an hour is held against the one before. */
  word(now: number): TrendWord {
    if (this.#first === undefined || now - this.#first < HOUR_MS / PARTS) return 'new'
    const parts = this.history(now)
    const recent = sum(parts.slice(-3))
    const before = sum(parts.slice(-6, -3))
    if (recent > before * 1.5) return 'rising'
    return recent * 1.5 < before ? 'falling' : 'steady'
  }
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
