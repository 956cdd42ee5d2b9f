/** What a text must have at least so that a built-in pattern may match in it; one bit each. */
export const SIGN = {
  at: 1,
  /** Nine digits, as a social security number has. Every character beyond ASCII counts as a digit. */
  nineDigits: 2,
  /** Thirteen digits, as the shortest card number has. */
  thirteenDigits: 4,
  /** `bea` in any case, as `Bearer` begins. */
  bearer: 8,
  /** Another text may be written in this one: by percent signs, escapes, lists of bytes, or as base64. */
  encoded: 16,
} as const

/** Shorter than any text that a built-in pattern could match. */
export const SHORTEST_BASE64 = 8

/** What a character of ASCII means for the signs. */
const KIND = {
  /** Any letter but B: by far the most. */
  letter: 0,
  digit: 1,
  letterB: 2,
  at: 3,
  /** `/` and `=`, which base64 may contain. */
  base64: 4,
  /** `+`, which base64 may contain and which is a space in a query. */
  plus: 5,
  /** `%` and the backslash. */
  escape: 6,
  other: 7,
} as const

/** The kind of each character of ASCII. One look into a table takes half the time of the comparisons it stands for. */
const KINDS: readonly number[] = Array.from({ length: 0x80 }, (_, code) => kindOf(String.fromCharCode(code)))

function kindOf(character: string): number {
  if (/[bB]/.test(character)) return KIND.letterB
  if (/[a-zA-Z]/.test(character)) return KIND.letter
  if (/\d/.test(character)) return KIND.digit
  if (character === '@') return KIND.at
  if (character === '+') return KIND.plus
  if (/[/=]/.test(character)) return KIND.base64
  return /[%\\]/.test(character) ? KIND.escape : KIND.other
}

/** A letter's lower case is its code with this bit. */
const LOWER = 0x20
const LETTER_A = 0x61
const LETTER_E = 0x65
const LETTER_U = 0x75

/**
 * The signs that a text has, found in one pass. Most texts have none that matters, and need none of the patterns: these
 * take ten times as long. A sign may stand without a match, but no built-in pattern matches without its sign.
 */
export function signsOf(text: string): number {
  let signs = 0
  let digits = 0
  let isBase64 = true
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    const kind = code < 0x80 ? KINDS[code] : undefined
    if (kind === KIND.letter || kind === KIND.base64) continue
    if (kind === KIND.digit) digits++
    else if (kind === KIND.letterB) signs |= signOfB(text, index)
    else if (kind === KIND.plus) signs |= SIGN.encoded
    else {
      isBase64 = false
      if (kind === undefined) digits++
      else if (kind === KIND.at) signs |= SIGN.at
      else if (kind === KIND.escape) signs |= SIGN.encoded
    }
  }
  if (digits >= 9) signs |= SIGN.nineDigits
  if (digits >= 13) signs |= SIGN.thirteenDigits
  const mayBeBytes = isBase64 && text.length >= SHORTEST_BASE64 && text.length % 4 === 0
  return mayBeBytes ? signs | SIGN.encoded : signs
}

/** `Bea` begins Bearer, `Bu` the Buffer before a list of bytes. */
function signOfB(text: string, index: number): number {
  const next = text.charCodeAt(index + 1) | LOWER
  if (next === LETTER_U) return SIGN.encoded
  const isBearer = next === LETTER_E && (text.charCodeAt(index + 2) | LOWER) === LETTER_A
  return isBearer ? SIGN.bearer : 0
}
