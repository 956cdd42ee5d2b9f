/** Deepest nesting that the inbox accepts. Deeper values can be parsed but not serialized again. */
export const MAX_DEPTH = 100

const SCALAR_BYTES = 24
const OBJECT_BYTES = 64
/** A key beyond its text: the string, and its entry in an object with keys of its own. Measured on V8. */
const KEY_BYTES = 64

/**
 * Approximate memory of a parsed JSON value beyond its text, in bytes: the three bytes `{},` become an object of many
 * more. Infinity when the value is nested too deeply.
 */
export function footprint(value: unknown, depth = 0): number {
  if (typeof value !== 'object' || value === null) return SCALAR_BYTES
  if (depth >= MAX_DEPTH) return Number.POSITIVE_INFINITY
  let bytes = OBJECT_BYTES
  if (Array.isArray(value)) {
    for (const item of value) bytes += footprint(item, depth + 1)
    return bytes
  }
  for (const item of Object.values(value)) bytes += KEY_BYTES + footprint(item, depth + 1)
  return bytes
}
