/** Deepest nesting the inbox takes: deeper values parse, but could not be written out again. */
export const MAX_DEPTH = 100

/** How many values a parsed JSON value is made of, itself included; infinity when it is nested too deeply. */
export function countNodes(value: unknown, depth = 0): number {
  if (typeof value !== 'object' || value === null) return 1
  if (depth >= MAX_DEPTH) return Number.POSITIVE_INFINITY
  let count = 1
  if (Array.isArray(value)) {
    for (const item of value) count += countNodes(item, depth + 1)
    return count
  }
  for (const item of Object.values(value)) count += countNodes(item, depth + 1)
  return count
}
