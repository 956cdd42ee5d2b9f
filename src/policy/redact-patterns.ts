import { SIGN } from './redact-signs.js'
import { REDACTED } from './redacted.js'

/** Returns the text with every match replaced by `[REDACTED]`. */
export interface Redaction {
  (text: string): string
  /** One of {@link SIGN}, without which a text has no match. Undefined for a RegExp of the user's, which may match any. */
  readonly sign?: number
}

/** Letters of Latin scripts beyond ASCII, which names and domains may contain. */
const LATIN = '\\u00c0-\\u024f'

/**
 * Not after a word character or digit of any script. The letter of an escape in JSON (`\n`, `\u00a0`) counts as a
 * boundary, because JSON within a string puts it right before the text.
 */
const BEFORE = '(?:(?<![\\w\\p{Nd}])|(?<=\\\\[bfnrt])|(?<=\\\\u[\\da-fA-F]{4}))'
const AFTER = '(?![\\w\\p{Nd}])'

/** Spaces and dashes, typographic ones included. */
const GAPS = '[ \\u00a0\\u2000-\\u200b\\u202f\\u2010-\\u2015\\u2212-]*'

const DIGIT = '\\p{Nd}'
// A cluster of 13 to 19 digits as a whole; of a longer one, the part that ends with a group from the 13th digit on. No
// two neighbours in these patterns share a character, so that a failed match costs one number's length.
const CLUSTER = `(?:${GAPS}${DIGIT}){12,18}${AFTER}(?!${GAPS}${DIGIT})`
const GROUPS = `(?:${GAPS}${DIGIT}){12}${DIGIT}{0,6}${AFTER}`
const CARD = `(?=${DIGIT})${BEFORE}${DIGIT}(?:${CLUSTER}|${GROUPS})`
const SSN = `(?=${DIGIT})${BEFORE}${DIGIT}{3}-${DIGIT}{2}-${DIGIT}{4}${AFTER}`
/** Made at their first use: V8 takes a millisecond for the classes of Unicode. */
let card: RegExp | undefined
let ssn: RegExp | undefined
const BEARER = /Bearer\s+[A-Za-z0-9\-._~+/]+=*/gi

/** The patterns that `redactPatterns` accepts by name. All take time linear in the length of the text. */
export const BUILT_IN_REDACTIONS: Readonly<Record<string, Redaction>> = {
  email: withSign(SIGN.at, redactEmails),
  creditCard: withSign(SIGN.thirteenDigits, redactCards),
  ssn: withSign(SIGN.nineDigits, (text) => (text.includes('-') ? redactSsns(text) : text)),
  bearer: withSign(SIGN.bearer, (text) => text.replace(BEARER, REDACTED)),
}

function withSign(sign: number, redact: (text: string) => string): Redaction {
  return Object.assign(redact, { sign })
}

function redactCards(text: string): string {
  card ??= new RegExp(CARD, 'gu')
  return text.replace(card, REDACTED)
}

function redactSsns(text: string): string {
  ssn ??= new RegExp(SSN, 'gu')
  return text.replace(ssn, REDACTED)
}

const LOCAL = new RegExp(`[\\w.%+\\-${LATIN}]`)
const WORD = new RegExp(`[\\w${LATIN}]`)
const DOMAIN = new RegExp(`[A-Za-z0-9.\\-${LATIN}]+\\.[A-Za-z${LATIN}]{2,}(?![\\w${LATIN}])`, 'y')

/** Searches outwards from each `@`. A pattern that starts at the name would read a long word once per letter. */
function redactEmails(text: string): string {
  let out = ''
  let done = 0
  for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', Math.max(at + 1, done))) {
    const start = startOfName(text, at)
    DOMAIN.lastIndex = at + 1
    if (start === at || !DOMAIN.test(text)) continue
    out += text.slice(done, start) + REDACTED
    done = DOMAIN.lastIndex
  }
  return done === 0 ? text : out + text.slice(done)
}

/** Where the name before `at` begins, at a word boundary; `at` itself when there is no name. */
function startOfName(text: string, at: number): number {
  let start = at
  while (start > 0 && LOCAL.test(text.charAt(start - 1))) start -= 1
  while (start < at && WORD.test(text.charAt(start - 1)) === WORD.test(text.charAt(start))) start += 1
  return start
}

/** Turns a user's RegExp into a redaction, without changing the state of the RegExp. */
export function redactionOf(pattern: RegExp): Redaction {
  // With the sticky flag only a match at the very start would be found.
  const flags = `${pattern.flags.replace(/[gy]/g, '')}g`
  const own = new RegExp(pattern.source, flags)
  return (text) =>
    text.replace(own, (match: string, ...rest: unknown[]) => {
      if (match === '') return match
      const offset = rest.find((part) => typeof part === 'number') as number
      return isWithinMark(text, offset, match.length) ? match : REDACTED
    })
}

/** Without this, a pattern such as `/E/` would redact its own marks in every pass. */
function isWithinMark(text: string, offset: number, length: number): boolean {
  for (let start = Math.max(0, offset + length - REDACTED.length); start <= offset; start += 1) {
    if (text.startsWith(REDACTED, start)) return true
  }
  return false
}
