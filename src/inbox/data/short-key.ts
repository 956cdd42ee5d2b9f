import { createHash } from 'node:crypto'

/**
 * A map key of bounded length for a text of any length: the text itself when it is short, otherwise its hash. A bound
 * on the number of keys alone would not bound their bytes.
 */
export function shortKey(text: string): string {
  return text.length <= 200 ? text : `#${createHash('sha256').update(text).digest('base64url')}`
}

/** The first `length` characters as a new string: a plain slice would keep the whole original in memory. */
export function cut(text: string, length: number): string {
  return text.length <= length ? text : `${Buffer.from(text.slice(0, length)).toString()}…`
}
