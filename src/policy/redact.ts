import { isRegExp } from '../common/any-realm.js'
import { redactBase64, redactByteLists, redactJsonEscapes, redactPercentEncoded } from './redact-encoded.js'
import { BUILT_IN_REDACTIONS, type Redaction, redactionOf } from './redact-patterns.js'

export { REDACTED, type Redaction } from './redact-patterns.js'

/**
 * The values of `redactPatterns` (names of built-ins, RegExps) as redactions, or the sentence that says
 * which one is neither.
 */
export function parseRedactions(patterns: readonly unknown[]): Redaction[] | string {
  const redactions: Redaction[] = []
  for (const pattern of patterns) {
    const redaction = parseRedaction(pattern)
    if (redaction === undefined) {
      const names = Object.keys(BUILT_IN_REDACTIONS).join(', ')
      return `${describe(pattern)} is neither a RegExp nor one of ${names}`
    }
    redactions.push(redaction)
  }
  return redactions
}

function parseRedaction(pattern: unknown): Redaction | undefined {
  if (typeof pattern === 'string') {
    return Object.hasOwn(BUILT_IN_REDACTIONS, pattern) ? BUILT_IN_REDACTIONS[pattern] : undefined
  }
  try {
    return isRegExp(pattern) ? redactionOf(pattern) : undefined
  } catch {
    return undefined
  }
}

function describe(pattern: unknown): string {
  return typeof pattern === 'string' ? JSON.stringify(pattern.slice(0, 80)) : `a ${typeof pattern}`
}

/** Within one another: a redirect's address within an address, base64 of what is percent-encoded. */
const MOST_ENCODINGS = 3
/** One mark may uncover the word boundary that another pattern waits for. */
const MOST_PASSES = 4

/**
 * The text with every match replaced, also where it is spelled in percent-encoding (`bob%40example.com`), in the
 * escapes of JSON or in the bytes of a Buffer in JSON within it, or the whole text is the base64 of bytes that
 * hold one. Idempotent for the built-in patterns, and takes time linear in the text's length for them.
 */
export function redactText(text: string, redactions: readonly Redaction[]): string {
  return redactions.length === 0 || text === '' ? text : redactSpellings(text, redactions, MOST_ENCODINGS)
}

function redactSpellings(text: string, redactions: readonly Redaction[], encodings: number): string {
  const redactDecoded = (decoded: string) => redactSpellings(decoded, redactions, encodings - 1)
  let current = text
  for (let pass = 0; pass < MOST_PASSES; pass += 1) {
    const before = current
    for (const redaction of redactions) current = redaction(current)
    if (encodings > 0) {
      current = redactPercentEncoded(current, redactDecoded)
      current = redactJsonEscapes(current, redactDecoded)
      current = redactByteLists(current, redactDecoded)
      current = redactBase64(current, redactDecoded)
    }
    if (current === before) break
  }
  return current
}
