/** Counts since the start or since the last `clear`. */
export interface Totals {
  /** Logs accepted, repeats not counted. */
  logs: number
  /** Request entries accepted, repeats not counted. */
  requests: number
  /** Batches of logs answered, repeats not counted. */
  batches: number
  /** Batches that were repeated and got their first answer again. */
  duplicateBatches: number
  /** Request entries that were repeated. */
  duplicateRequests: number
  /** Logs rejected by 422. */
  rejected: number
  /** Request entries rejected by 422. */
  rejectedRequests: number
  heartbeats: number
  feedback: number
  releases: number
  /** Calls without a key or with a refused one. */
  unauthorized: number
  /** Calls affected by a fault that was set. */
  faulted: number
}

export function noTotals(): Totals {
  return {
    logs: 0,
    requests: 0,
    batches: 0,
    duplicateBatches: 0,
    duplicateRequests: 0,
    rejected: 0,
    rejectedRequests: 0,
    heartbeats: 0,
    feedback: 0,
    releases: 0,
    unauthorized: 0,
    faulted: 0,
  }
}
