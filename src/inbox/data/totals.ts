/** What happened since the start or the last clearing. */
export interface Totals {
  /** Logs taken, repeats not counted. */
  logs: number
  /** Request entries taken, repeats not counted. */
  requests: number
  /** Batches of logs that were answered, repeats not counted. */
  batches: number
  /** Batches that came again, and got their first answer again. */
  duplicateBatches: number
  /** Request entries that came again. */
  duplicateRequests: number
  /** Logs refused, by 422. */
  rejected: number
  /** Request entries refused, by 422. */
  rejectedRequests: number
  heartbeats: number
  feedback: number
  releases: number
  /** Calls without a key, or with one that is refused. */
  unauthorized: number
  /** Calls that a fault hit. */
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
