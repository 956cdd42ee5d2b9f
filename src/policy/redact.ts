import { isRegExp } from '../common/any-realm.js'
import { redactBase64, redactByteLists, redactJsonEscapes, redactPercentEncoded } from './redact-encoded.js'
import { BUILT_IN_REDACTIONS, type Redaction, redactionOf } from './redact-patterns.js'

import { SIGN, signsOf } from './redact-signs.js'

export { REDACTED, type Redaction } from './redact-patterns.js'

/**
 * Parses the values of `redactPatterns` (names of built-ins, RegExps). Returns redactions, or a sentence that names the
 * invalid value.
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

/** Most encodings within one another, such as a redirect URL within a URL, or base64 of percent-encoded text. */
const MOST_ENCODINGS = 3
/** Most passes: replacing one match may create the word boundary that another pattern needs. */
const MOST_PASSES = 4

/**
 * The text with every match replaced. Matches are also found in percent-encoding (`bob%40example.com`), in JSON escapes
 * and in the bytes of a Buffer in JSON within the text, and where the whole text is base64. For the built-in patterns
 * the function is idempotent and takes time linear in the length of the text.
 */
export function redactText(text: string, redactions: readonly Redaction[]): string {
  return redactions.length === 0 || text === '' ? text : redactSpellings(text, redactions, MOST_ENCODINGS)
}

function redactSpellings(text: string, redactions: readonly Redaction[], encodings: number): string {
  const redactDecoded = (decoded: string) => redactSpellings(decoded, redactions, encodings - 1)
  let current = text
  for (let pass = 0; pass < MOST_PASSES; pass += 1) {
    const before = current
    const signs = signsOf(current)
    for (const redaction of redactions) if (mayMatch(redaction, signs)) current = redaction(current)
    if (encodings > 0 && (signs & SIGN.encoded) !== 0) {
      current = redactPercentEncoded(current, redactDecoded)
      current = redactJsonEscapes(current, redactDecoded)
      current = redactByteLists(current, redactDecoded)
      current = redactBase64(current, redactDecoded)
    }
    if (current === before) break
  }
  return current
}

function mayMatch({ sign }: Redaction, signs: number): boolean {
  return sign === undefined || (signs & sign) !== 0
}
