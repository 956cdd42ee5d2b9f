import { createHash } from 'node:crypto'

/**
 * A key of bounded length for a text of any length: the text itself when it is short, else its hash.
 * Foreign texts stand as keys in our maps, and a bound on their number alone is none on their bytes.
 */
export function shortKey(text: string): string {
  return text.length <= 200 ? text : `#${createHash('sha256').update(text).digest('base64url')}`
}

/** The first `length` characters, as a string of its own: a plain slice keeps the whole original alive. */
export function cut(text: string, length: number): string {
  return text.length <= length ? text : `${Buffer.from(text.slice(0, length)).toString()}…`
}
