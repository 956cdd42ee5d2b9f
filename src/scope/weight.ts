const MOST_VALUES = 5000
const VALUE_BYTES = 16

/** Estimated bytes of a plain value in memory. At most 5000 values of it are visited. */
export function roughBytes(value: unknown): number {
  return weigh(value, { left: MOST_VALUES })
}

function weigh(value: unknown, budget: { left: number }): number {
  if (budget.left-- <= 0) return 0
  if (typeof value === 'string') return VALUE_BYTES + 2 * value.length
  if (typeof value !== 'object' || value === null) return VALUE_BYTES
  let sum = VALUE_BYTES
  // Without a list of entries, because every line of a log is weighed as a breadcrumb.
  for (const key in value) sum += 2 * key.length + weigh((value as Record<string, unknown>)[key], budget)
  return sum
}
