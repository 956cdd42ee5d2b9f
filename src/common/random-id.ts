import { Buffer } from 'node:buffer'
import { builtin } from './builtin.js'

const ID_BYTES = 16
/** Random bytes for 512 ids, because each call for random bytes costs more than their generation. */
const random = Buffer.alloc(512 * ID_BYTES)
let used = random.length

/** Where the digits of each byte stand within the text; the places between them hold the dashes. */
const PLACES = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34]
const DIGITS = Buffer.from('0123456789abcdef')
/** Each id overwrites all digits of the one before. */
const text = Buffer.alloc(36, '-')

/**
 * A random UUID (version 4), as `crypto.randomUUID` makes them at twice the cost: every log gets one. It comes out as one
 * flat string, and not as twenty joined parts, which JSON.stringify would have to copy together first.
 */
export function randomId(): string {
  if (used === random.length) {
    // Not imported, because node:crypto takes milliseconds to load, which an import of this package should not wait for.
    builtin('node:crypto').randomFillSync(random)
    used = 0
  }
  for (let index = 0; index < ID_BYTES; index++) {
    let byte = random[used++] as number
    if (index === 6) byte = (byte & 0x0f) | 0x40
    else if (index === 8) byte = (byte & 0x3f) | 0x80
    const place = PLACES[index] as number
    text[place] = DIGITS[byte >> 4] as number
    text[place + 1] = DIGITS[byte & 0x0f] as number
  }
  return text.toString('latin1')
}
