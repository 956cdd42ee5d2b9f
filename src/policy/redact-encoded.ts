import { isUtf8 } from 'node:buffer'
import { percentDecode } from './percent-encoding.js'
import { REDACTED, type Redaction } from './redact-patterns.js'

/** What stands between the delimiters of URLs, and of the text around them. */
const TOKEN = /[^\s?&=;#/"'<>,]+/g

/** Redacts what is spelled in percent-encoding (`bob%40example.com`); the rest keeps its spelling. */
export function redactPercentEncoded(text: string, redact: Redaction): string {
  if (!text.includes('%') && !text.includes('+')) return text
  return text.replace(TOKEN, (token, offset: number) => {
    // In a query `+` is a space; elsewhere it is a plus. The plus goes first, for names like bob+tag.
    const redacted = redactToken(token, token, redact)
    if (redacted !== token || !token.includes('+') || text[offset - 1] !== '=') return redacted
    return redactToken(token, token.replaceAll('+', ' '), redact)
  })
}

function redactToken(token: string, spelled: string, redact: Redaction): string {
  const decoded = percentDecode(spelled)
  if (decoded === token) return token
  const redacted = redact(decoded)
  return redacted === decoded ? token : percentEncode(redacted)
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

/** Byte arrays arrive as base64: where their bytes are text, that text is redacted, and encoded again. */
export function redactBase64(encoded: string, redact: Redaction): string {
  if (encoded.length < SHORTEST_BASE64 || encoded.length % 4 !== 0) return encoded
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return encoded
  const text = utf8Of(Buffer.from(encoded, 'base64'))
  if (text === undefined) return encoded
  const redacted = redact(text)
  return redacted === text ? encoded : Buffer.from(redacted).toString('base64')
}

function utf8Of(bytes: Buffer): string | undefined {
  // Bytes may have been cut within their last character, which takes at most four.
  for (let missing = 0; missing < 4; missing += 1) {
    const whole = bytes.subarray(0, bytes.length - missing)
    if (isUtf8(whole)) return whole.toString()
  }
  return undefined
}
