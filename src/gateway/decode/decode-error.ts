/** The body is not what its content type says. Sending it again cannot help. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError'
}

/** The body holds more than one request may. */
export class TooMuchError extends Error {
  override readonly name = 'TooMuchError'
}
