declare const peer: {
  /** Undefined when the package cannot be loaded. */
  readonly HttpInstrumentation?: unknown
  /** Why it cannot be loaded. */
  readonly error?: unknown
}
export = peer
