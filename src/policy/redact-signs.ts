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

const PERCENT = 0x25
const PLUS = 0x2b
const SLASH = 0x2f
const AT = 0x40
const BACKSLASH = 0x5c
const EQUALS = 0x3d
/** A letter's lower case is its code with this bit. */
const LOWER = 0x20
const LETTER_A = 0x61
const LETTER_B = 0x62
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
    if (isDigit(code)) digits++
    else if (code > 0x7f) {
      digits++
      isBase64 = false
    } else if (isLetter(code)) {
      if ((code | LOWER) === LETTER_B) signs |= signOfB(text, index)
    } else {
      if (code === AT) signs |= SIGN.at
      else if (code === PERCENT || code === PLUS || code === BACKSLASH) signs |= SIGN.encoded
      if (code !== PLUS && code !== SLASH && code !== EQUALS) isBase64 = false
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

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

function isLetter(code: number): boolean {
  const lower = code | LOWER
  return lower >= 0x61 && lower <= 0x7a
}
