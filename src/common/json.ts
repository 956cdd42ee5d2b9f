/** Parses JSON text to an object; undefined if the text is no JSON or no object. Never throws. */
export function parseObject(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** A string, or a number with optional fraction and exponent. */
const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g
const LONG_INTEGER = /^-?\d{16,}$/

/** Like {@link parseObject}, but integers beyond 2^53 become strings, since a number would change their last digits. */
export function parseExact(json: string): Record<string, unknown> | undefined {
  return parseObject(
    json.replace(STRING_OR_NUMBER, (token) =>
      LONG_INTEGER.test(token) && !Number.isSafeInteger(Number(token)) ? `"${token}"` : token,
    ),
  )
}
