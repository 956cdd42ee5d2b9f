import { SlidingWindow } from './sliding-window.js'

export type TrendWord = 'new' | 'rising' | 'steady' | 'falling'

const HOUR_MS = 3_600_000
const PARTS = 12

/** Occurrences over the last hour, and a word for their trend. */
export class Trend {
  readonly #window = new SlidingWindow(HOUR_MS, PARTS)
  #first: number | undefined

  add(at: number, count: number): void {
    this.#first ??= at
    this.#window.add(at, count)
  }

  /** Occurrences in the last hour in twelve parts, the oldest first. */
  history(now: number): number[] {
    return this.#window.parts(now)
  }

  /** `new` in the first five minutes; later the last quarter of an hour is compared with the one before. */
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
