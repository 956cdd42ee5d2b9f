import { isRegExp } from '../common/any-realm.js'
import { redactBase64, redactByteLists, redactJsonEscapes, redactPercentEncoded } from './redact-encoded.js'
import { BUILT_IN_REDACTIONS, type Redaction, redactionOf } from './redact-patterns.js'
import { SIGN, signsOf } from './redact-signs.js'

export type { Redaction } from './redact-patterns.js'

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
/** The shortest text in which a built-in pattern matches is an address such as `a@b.cd`. */
const SHORTEST_MATCH = 6
/** The shortest card number has 13 digits, and no other built-in pattern matches digits alone. */
const SMALLEST_CARD = 1e12
/** Most passes: replacing one match may create the word boundary that another pattern needs. */
const MOST_PASSES = 4

/**
 * The text with every match replaced. Matches are also found in percent-encoding (`bob%40example.com`), in JSON escapes
 * and in the bytes of a Buffer in JSON within the text, and where the whole text is base64. For the built-in patterns
 * the function is idempotent and takes time linear in the length of the text.
 */
export function redactText(text: string, redactions: readonly Redaction[]): string {
  if (redactions.length === 0 || text === '') return text
  // Many texts of a log are shorter than any match: a status, a currency, a method.
  if (text.length < SHORTEST_MATCH && areBuiltIn(redactions)) return text
  return redactSpellings(text, redactions, MOST_ENCODINGS)
}

/** False for a whole number whose digits no redaction matches, as for nearly all: they need not be written as a text. */
export function mayMatchDigits(value: number, redactions: readonly Redaction[]): boolean {
  return Math.abs(value) >= SMALLEST_CARD || !areBuiltIn(redactions)
}

/** Whether none of the redactions is a RegExp of the user's, which may match any text. */
function areBuiltIn(redactions: readonly Redaction[]): boolean {
  for (const { sign } of redactions) if (sign === undefined) return false
  return true
}

function redactSpellings(text: string, redactions: readonly Redaction[], encodings: number): string {
  let current = text
  for (let pass = 0; pass < MOST_PASSES; pass += 1) {
    const before = current
    const signs = signsOf(current)
    for (const redaction of redactions) if (mayMatch(redaction, signs)) current = redaction(current)
    if (encodings > 0 && (signs & SIGN.encoded) !== 0) {
      current = redactEncoded(current, (decoded) => redactSpellings(decoded, redactions, encodings - 1))
    }
    if (current === before) break
  }
  return current
}

function redactEncoded(text: string, redactDecoded: (decoded: string) => string): string {
  let current = redactPercentEncoded(text, redactDecoded)
  current = redactJsonEscapes(current, redactDecoded)
  current = redactByteLists(current, redactDecoded)
  return redactBase64(current, redactDecoded)
}

function mayMatch({ sign }: Redaction, signs: number): boolean {
  return sign === undefined || (signs & sign) !== 0
}
