/** The body is not what its content type says. Sending the body again cannot help. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError'
  #isPlaced = false

  /** Prefixes the message with the part of the body that it is about: `resourceLogs[0]` before `scopeLogs[1]`. */
  within(part: string): this {
    this.message = `${part}${this.#isPlaced ? '.' : ': '}${this.message}`
    this.#isPlaced = true
    return this
  }
}

/** The body holds more than one request may hold. */
export class TooMuchError extends Error {
  override readonly name = 'TooMuchError'
}
