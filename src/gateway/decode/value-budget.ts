import { PLAIN_LIMITS } from '../../translate/plain.js'
import { DECODE_LIMITS } from './shapes.js'

/** Units read of one text. In base64 that is as many bytes as translation takes. */
const LONGEST_TEXT = (PLAIN_LIMITS.bytes / 3) * 4
/** Units of all texts together: several times what a log can hold. */
const MOST_TEXT = 2 * 1024 * 1024

/**
 * Limits how much is decoded of the attributes of one record, or of its body. The limit is what a log can hold, not
 * what fits into a request body. A text that is cut here exceeds the limit of a log in any case.
 */
export class ValueBudget {
  #values: number
  #text = MOST_TEXT

  /** @param values number of values of all kinds. Default 15 000 */
  constructor(values: number = DECODE_LIMITS.values) {
    this.#values = values
  }

  /** True when nothing more may be read. */
  get isSpent(): boolean {
    return this.#values <= 0 || this.#text <= 0
  }

  /** Takes one value from the budget; false when none is left. */
  takeValue(): boolean {
    return this.#values-- > 0
  }

  /** Takes a text of that length from the budget. Gives how many of its units may be read. */
  takeText(length: number): number {
    const taken = Math.min(length, LONGEST_TEXT, Math.max(0, this.#text))
    this.#text -= taken
    return taken
  }
}
