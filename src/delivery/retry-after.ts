/**
 * `Retry-After` in either spelling, as milliseconds from now: seconds, or an HTTP date (a past one is 0).
 * Undefined when there is none or it is neither. RFC 9110, section 10.2.3.
 */
export function parseRetryAfter(header: string | undefined, nowMs: number): number | undefined {
  const value = header?.trim()
  if (value === undefined || value === '') return undefined
  // Fractions are not in the RFC, but are seen, and mean what they say.
  if (/^\d{1,15}(\.\d{1,9})?$/.test(value)) return Number(value) * 1000
  // Only what looks like a date: Date.parse also takes "-1" or "2".
  if (!/^[A-Za-z]{3,9},? /.test(value) || value.length > 64) return undefined
  // The oldest of the three forms of an HTTP date names no zone, and is UTC all the same.
  const at = Date.parse(/ \d{4}$/.test(value) ? `${value} GMT` : value)
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs)
}
