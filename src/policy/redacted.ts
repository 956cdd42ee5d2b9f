/** Replaces redacted text. */
export const REDACTED = '[REDACTED]'
