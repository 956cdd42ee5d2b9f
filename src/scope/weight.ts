const MOST_VALUES = 5000
const VALUE_BYTES = 16

/** Estimated bytes of a plain value in memory. At most 5000 values of it are visited. */
export function roughBytes(value: unknown): number {
  let left = MOST_VALUES
  const weigh = (part: unknown): number => {
    if (left-- <= 0) return 0
    if (typeof part === 'string') return VALUE_BYTES + 2 * part.length
    if (typeof part !== 'object' || part === null) return VALUE_BYTES
    let sum = VALUE_BYTES
    for (const [key, inner] of Object.entries(part)) sum += 2 * key.length + weigh(inner)
    return sum
  }
  return weigh(value)
}
