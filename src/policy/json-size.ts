/**
 * Bytes that the JSON of a plain value takes in UTF-8, without writing it: a control character takes six.
 * @param most the count may end when it is beyond this number. Default: never
 * @throws {RangeError} for a value that is nested too deeply to be walked
 */
export function jsonBytes(value: unknown, most = Number.POSITIVE_INFINITY): number {
  if (typeof value === 'string') return textBytes(value, most)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)?.length ?? 0
  // Brackets, and a comma behind each item but the last one.
  let bytes = 2
  let count = 0
  if (Array.isArray(value)) {
    for (const item of value) {
      bytes += item === undefined ? 'null'.length : jsonBytes(item, most - bytes)
      count++
      if (bytes > most) break
    }
  } else {
    for (const key of Object.keys(value)) {
      const field = (value as Record<string, unknown>)[key]
      if (field === undefined) continue
      bytes += textBytes(key, most - bytes) + 1
      bytes += jsonBytes(field, most - bytes)
      count++
      if (bytes > most) break
    }
  }
  return bytes + Math.max(0, count - 1)
}

const BACKSLASH = 0x5c
const QUOTE = 0x22
/** Written as a backslash and a letter: backspace, tab, newline, form feed, carriage return. */
const SHORT_ESCAPES = [8, 9, 10, 12, 13]

/** Bytes of a text with its quotes. */
function textBytes(text: string, most: number): number {
  let bytes = text.length + 2
  for (let index = 0; index < text.length && bytes <= most; index++) {
    const unit = text.charCodeAt(index)
    if (unit < 0x80) {
      if (unit < 0x20) bytes += SHORT_ESCAPES.includes(unit) ? 1 : 5
      else if (unit === QUOTE || unit === BACKSLASH) bytes += 1
    } else if (unit < 0x800) bytes += 1
    else if (unit < 0xd800 || unit > 0xdfff) bytes += 2
    else if (isPair(text, index)) {
      // Two units take four bytes.
      bytes += 2
      index++
    }
    // A lone surrogate is written as an escape.
    else bytes += 5
  }
  return bytes
}

function isPair(text: string, index: number): boolean {
  const next = text.charCodeAt(index + 1)
  return text.charCodeAt(index) < 0xdc00 && next >= 0xdc00 && next <= 0xdfff
}
