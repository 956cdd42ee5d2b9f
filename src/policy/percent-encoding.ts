import { isUtf8 } from 'node:buffer'

/** Decodes percent-encoding. Bytes that are malformed UTF-8 are read one by one; `+` stays. */
export function percentDecode(text: string): string {
  if (!text.includes('%')) return text
  return text.replace(/(?:%[\da-f]{2})+/gi, decodeSequence)
}

/** Not by `decodeURIComponent`: it throws for malformed bytes, and an error takes a hundred times as long. */
function decodeSequence(sequence: string): string {
  // A single byte is a character of ASCII, or malformed.
  if (sequence.length === 3) return String.fromCharCode(Number.parseInt(sequence.slice(1), 16))
  const bytes = Buffer.from(sequence.replaceAll('%', ''), 'hex')
  return bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1')
}
