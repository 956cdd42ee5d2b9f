/** The body is not what its content type says. Sending it again cannot help. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError'
  #isPlaced = false

  /** Puts a part of the body before what it says, or before the part within that is named there already. */
  within(part: string): this {
    this.message = `${part}${this.#isPlaced ? '.' : ': '}${this.message}`
    this.#isPlaced = true
    return this
  }
}

/** The body holds more than one request may. */
export class TooMuchError extends Error {
  override readonly name = 'TooMuchError'
}
