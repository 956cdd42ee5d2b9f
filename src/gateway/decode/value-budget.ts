import { PLAIN_LIMITS } from '../../translate/plain.js'
import { DECODE_LIMITS } from './shapes.js'

/** Units of one text that are read. As bytes in base64 that is as much as translation takes. */
const LONGEST_TEXT = (PLAIN_LIMITS.bytes / 3) * 4
/** Units of all texts together: several times what a log can hold. */
const MOST_TEXT = 2 * 1024 * 1024

/**
 * How much is made of the attributes of one record, or of its body: bounded by what a log can hold, and not by how
 * much of it fits into the body of a request. A text that is cut here is over the limit of a log in any case.
 */
export class ValueBudget {
  #values: number
  #text = MOST_TEXT

  /** @param values of all kinds. Default 15 000 */
  constructor(values: number = DECODE_LIMITS.values) {
    this.#values = values
  }

  /** True when nothing more is to be read. */
  get isSpent(): boolean {
    return this.#values <= 0 || this.#text <= 0
  }

  /** Counts one value; false when it is one too many. */
  takeValue(): boolean {
    return this.#values-- > 0
  }

  /** How many units of a text of that length are read. */
  takeText(length: number): number {
    const taken = Math.min(length, LONGEST_TEXT, Math.max(0, this.#text))
    this.#text -= taken
    return taken
  }
}
