import type { Rejection } from '../../wire/answer.js'
import type { Delivered } from './delivery.js'

const MOST_REASONS = 5
const LONGEST_REASON = 160

/** Counts which of a caller's records are lost for good: each once, however many logs were made of it. */
export class PartialSuccess {
  readonly #sources = new Set<number>()
  readonly #reasons = new Set<string>()
  #unnamed = 0

  lose(source: number, reason: string): void {
    this.#sources.add(source)
    if (this.#reasons.size < MOST_REASONS) this.#reasons.add(reason.slice(0, LONGEST_REASON))
  }

  /**
   * What the service refused of a batch.
   * @param sources the record behind each of its entries
   * @param count how many it refused in all, should it not have named each
   */
  refuse(sources: readonly number[], rejections: readonly Rejection[], count: number): void {
    const named = new Set<number>()
    for (const { index, code, field, message } of rejections) {
      const source = sources[index]
      if (source === undefined || named.has(index)) continue
      named.add(index)
      this.lose(source, [code, field, message].filter((part) => typeof part === 'string').join(' '))
    }
    this.#unnamed += Math.max(0, count - named.size)
  }

  /** @param most records that the caller sent */
  delivered(most: number): Delivered {
    const rejected = Math.min(most, this.#sources.size + this.#unnamed)
    return { kind: 'delivered', rejected, reasons: [...this.#reasons] }
  }
}
