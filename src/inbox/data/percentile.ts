/** Percentile by nearest rank, so the result is always a measured value; 0 for an empty list. */
export function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0
}
