import { isUtf8 } from 'node:buffer'
import { percentDecode } from './percent-encoding.js'
import type { Redaction } from './redact-patterns.js'
import { SHORTEST_BASE64 } from './redact-signs.js'
import { REDACTED } from './redacted.js'

/** Text between the delimiters of URLs and of the text around them. */
const TOKEN = /[^\s?&=;#/"'<>,]+/g

/** Redacts what is written in percent-encoding (`bob%40example.com`); the rest keeps its spelling. */
export function redactPercentEncoded(text: string, redact: Redaction): string {
  if (!text.includes('%') && !text.includes('+')) return text
  return text.replace(TOKEN, (token, offset: number) => {
    // `+` is a space in a query and a plus elsewhere. The plus is tried first, for names like bob+tag.
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
  // A lone surrogate has no percent-encoding.
  if (/\p{Surrogate}/u.test(text)) return REDACTED
  return text.split(REDACTED).map(encodeURIComponent).join(REDACTED)
}

/** Redacts the text in a byte array, which arrives as base64, and encodes it again. */
export function redactBase64(encoded: string, redact: Redaction): string {
  if (encoded.length < SHORTEST_BASE64 || encoded.length % 4 !== 0) return encoded
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return encoded
  return redactBytes(Buffer.from(encoded, 'base64'), redact)?.toString('base64') ?? encoded
}

/** The redacted bytes. Undefined for bytes that are not text, and where redaction changes nothing. */
function redactBytes(bytes: Buffer, redact: Redaction): Buffer | undefined {
  const read = textOf(bytes)
  if (read === undefined) return undefined
  const { text, encoding } = read
  const redacted = redact(text)
  return redacted === text ? undefined : Buffer.from(redacted, encoding)
}

/** Redacts Buffers in JSON within a text, which are lists of bytes: `{"type":"Buffer","data":[98,111,98]}`. */
export function redactByteLists(text: string, redact: Redaction): string {
  if (!text.includes('Buffer')) return text
  let out = ''
  let done = 0
  let open = text.indexOf('[')
  while (open !== -1) {
    const list = byteListAt(text, open)
    const redacted = list && redactBytes(Buffer.from(list.bytes), redact)
    if (list !== undefined && redacted !== undefined) {
      out += `${text.slice(done, open)}[${redacted.join(',')}]`
      done = list.end
    }
    open = text.indexOf('[', list?.end ?? open + 1)
  }
  return done === 0 ? text : out + text.slice(done)
}

/** A list of fewer bytes is shorter than any text that a built-in pattern could match. */
const LEAST_BYTES = 6

/**
 * The list of bytes in JSON that begins at `open`, and where it ends. Undefined for every other list. Read by hand: a
 * pattern with a repeated group takes ten times as long.
 */
function byteListAt(text: string, open: number): { bytes: number[]; end: number } | undefined {
  const bytes: number[] = []
  let at = open + 1
  for (;;) {
    at = afterSpace(text, at)
    const start = at
    let byte = 0
    for (; at < start + 3 && isDigit(text.charCodeAt(at)); at++) byte = byte * 10 + text.charCodeAt(at) - ZERO
    if (at === start || byte > 0xff) return undefined
    bytes.push(byte)
    at = afterSpace(text, at)
    const next = text[at++]
    if (next === ']') return bytes.length < LEAST_BYTES ? undefined : { bytes, end: at }
    if (next !== ',') return undefined
  }
}

const ZERO = 0x30

function isDigit(code: number): boolean {
  return code >= ZERO && code <= ZERO + 9
}

function afterSpace(text: string, from: number): number {
  let at = from
  while (text.charCodeAt(at) <= 0x20) at++
  return at
}

interface Read {
  readonly text: string
  readonly encoding: 'utf8' | 'utf16le' | 'latin1'
}

/** The first byte of a character that takes several bytes in UTF-8 is at least this. */
const LEAST_LEAD_BYTE = 0xc0

/** The bytes as text, and their encoding. Undefined for bytes that are not text. */
function textOf(bytes: Buffer): Read | undefined {
  // ASCII in UTF-16 is also legal UTF-8, with a NUL behind each character, so UTF-16 is recognised first.
  const isWide = bytes.length >= 4 && bytes[0] !== 0 && bytes[1] === 0 && bytes[3] === 0
  if (isWide) return { text: bytes.toString('utf16le'), encoding: 'utf16le' }
  if (isUtf8(bytes)) return { text: bytes.toString(), encoding: 'utf8' }
  // The bytes may have been cut within their last character, which takes at most four bytes.
  for (let begun = 1; begun < 4; begun += 1) {
    if ((bytes[bytes.length - begun] ?? 0) < LEAST_LEAD_BYTE) continue
    const whole = bytes.subarray(0, bytes.length - begun)
    if (isUtf8(whole)) return { text: whole.toString(), encoding: 'utf8' }
  }
  return isMostlyText(bytes) ? { text: bytes.toString('latin1'), encoding: 'latin1' } : undefined
}

/** Allows one byte in eight that is not ASCII: it may belong to a letter, or to no text. */
function isMostlyText(bytes: Buffer): boolean {
  let others = 0
  for (const byte of bytes) if (byte > 0x7e || (byte < 0x20 && (byte < 0x09 || byte > 0x0d))) others++
  return others * 8 <= bytes.length
}

/**
 * Redacts what JSON within a text writes as escapes (`bob\\u0040example.com`). Everything else keeps its spelling, also
 * the escapes of a text without a match.
 */
export function redactJsonEscapes(text: string, redact: Redaction): string {
  if (!text.includes('\\u00')) return text
  // Quotes and backslashes must stay escaped.
  const spelled = text.replace(/\\u00([2-7][\da-f])/gi, (escaped, hex: string) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16))
    return character === '"' || character === '\\' || character === '\u007f' ? escaped : character
  })
  const redacted = redact(spelled)
  return redacted === spelled ? text : redacted
}
