/**
 * `Retry-After` in either spelling, as milliseconds from `nowMs`: seconds, or an HTTP date (a past one is 0).
 * Undefined when there is none or it is neither. RFC 9110, section 10.2.3.
 */
export function parseRetryAfter(header: string | undefined, nowMs: number): number | undefined {
  const value = header?.trim()
  if (value === undefined || value === '') return undefined
  // RFC 9110 allows no fractions, but some servers send them.
  if (/^\d{1,15}(\.\d{1,9})?$/.test(value)) return Number(value) * 1000
  const at = parseDate(value)
  return at === undefined ? undefined : Math.max(0, at - nowMs)
}

/** An HTTP date in any of its three forms, as milliseconds since the epoch. Undefined for anything else. */
export function parseDate(header: string | undefined): number | undefined {
  const value = header?.trim()
  // Checks the shape first, because Date.parse also accepts "-1" or "2".
  if (value === undefined || !/^[A-Za-z]{3,9},? /.test(value) || value.length > 64) return undefined
  // The asctime form has no time zone; it is UTC.
  const at = Date.parse(/ \d{4}$/.test(value) ? `${value} GMT` : value)
  return Number.isNaN(at) ? undefined : at
}
