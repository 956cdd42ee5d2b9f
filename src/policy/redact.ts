import { BUILT_IN_REDACTIONS, REDACTED, type Redaction, redactionOf } from './redact-patterns.js'

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
    return pattern instanceof RegExp ? redactionOf(pattern) : undefined
  } catch {
    return undefined
  }
}

function describe(pattern: unknown): string {
  return typeof pattern === 'string' ? JSON.stringify(pattern.slice(0, 80)) : `a ${typeof pattern}`
}

/**
 * The text with every match replaced, also where it is spelled in percent-encoding (`bob%40example.com`)
 * or the whole text is the base64 of bytes that hold one. Idempotent for the built-in patterns.
 */
export function redactText(text: string, redactions: readonly Redaction[]): string {
  if (redactions.length === 0 || text === '') return text
  const plain = redactPlain(text, redactions)
  const decoded = /[%+]/.test(plain) ? redactPercentEncoded(plain, redactions) : plain
  return isBase64(decoded) ? redactBase64(decoded, redactions) : decoded
}

/** One mark may uncover the word boundary that another pattern waits for. */
const MOST_PASSES = 4

function redactPlain(text: string, redactions: readonly Redaction[]): string {
  let current = text
  for (let pass = 0; pass < MOST_PASSES; pass += 1) {
    const before = current
    for (const redaction of redactions) current = redaction(current)
    if (current === before) break
  }
  return current
}

/** What stands between the delimiters of URLs and of text around them. */
const TOKEN = /[^\s?&=;#/"'<>,]+/g

function redactPercentEncoded(text: string, redactions: readonly Redaction[]): string {
  return text.replace(TOKEN, (token, offset: number) => {
    const spellings = [percentDecode(token)]
    // In a query `+` is a space; elsewhere it is a plus.
    if (token.includes('+') && text[offset - 1] === '=') {
      spellings.push(percentDecode(token.replaceAll('+', ' ')))
    }
    for (const spelling of spellings) {
      if (spelling === token) continue
      const redacted = redactPlain(spelling, redactions)
      if (redacted !== spelling) return percentEncode(redacted)
    }
    return token
  })
}

function percentDecode(token: string): string {
  if (!token.includes('%')) return token
  return token.replace(/(?:%[\da-f]{2})+/gi, (sequence) => {
    try {
      return decodeURIComponent(sequence)
    } catch {
      return Buffer.from(sequence.replaceAll('%', ''), 'hex').toString('latin1')
    }
  })
}

function percentEncode(text: string): string {
  try {
    return text.split(REDACTED).map(encodeURIComponent).join(REDACTED)
  } catch {
    // A lone surrogate has no percent-encoding.
    return REDACTED
  }
}

/** Shorter than any text that a built-in pattern could match. */
const SHORTEST_BASE64 = 8

function isBase64(text: string): boolean {
  return text.length >= SHORTEST_BASE64 && text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text)
}

/** Byte arrays arrive as base64; where the bytes are text, it is that text which is redacted. */
function redactBase64(encoded: string, redactions: readonly Redaction[]): string {
  const bytes = Buffer.from(encoded, 'base64')
  const text = utf8Of(bytes)
  if (text === undefined) return encoded
  const redacted = redactPlain(text, redactions)
  return redacted === text ? encoded : Buffer.from(redacted).toString('base64')
}

function utf8Of(bytes: Uint8Array): string | undefined {
  try {
    // As a stream, for bytes may have been cut within their last character.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream: true })
  } catch {
    return undefined
  }
}
