import type { Rejection } from '../../wire/answer.js'
import type { Delivered } from './delivery.js'

const MOST_REASONS = 5
const LONGEST_REASON = 160

/** Counts the caller's records that are lost: each once, however many logs were made of it. */
export class PartialSuccess {
  readonly #sources = new Set<number>()
  readonly #reasons = new Set<string>()
  #unnamed = 0

  drop(source: number, reason: string): void {
    this.#sources.add(source)
    if (this.#reasons.size < MOST_REASONS) this.#reasons.add(reason.slice(0, LONGEST_REASON))
  }

  /**
   * Counts what the service refused of a batch.
   * @param sources the index of the caller's record for each entry
   * @param count how many entries it refused in all, for an answer that does not name each
   */
  refuse(sources: readonly number[], rejections: readonly Rejection[], count: number): void {
    const named = new Set<number>()
    for (const { index, code, field, message } of rejections) {
      const source = sources[index]
      if (source === undefined || named.has(index)) continue
      named.add(index)
      this.drop(source, [code, field, message].filter((part) => typeof part === 'string').join(' '))
    }
    this.#unnamed += Math.max(0, count - named.size)
  }

  /** Adds what was lost of one batch. */
  add(other: PartialSuccess): void {
    for (const source of other.#sources) this.#sources.add(source)
    for (const reason of other.#reasons) if (this.#reasons.size < MOST_REASONS) this.#reasons.add(reason)
    this.#unnamed += other.#unnamed
  }

  /** @param most number of records in the export */
  delivered(most: number): Delivered {
    const rejected = Math.min(most, this.#sources.size + this.#unnamed)
    return { kind: 'delivered', rejected, reasons: [...this.#reasons] }
  }
}
