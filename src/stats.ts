import type { DropReason } from './ledger.js'

/**
 * What a client knows of its logs and entries. What came in, `written`, `requestsWritten` and `takenOver`, is what
 * was `accepted` and `requestsAccepted`, `dropped`, and what is still `queued`, `inFlight` or `spooled`.
 */
export interface Stats {
  readonly queued: number
  readonly queuedBytes: number
  readonly inFlight: number
  /** Log calls and records that reached the client. */
  readonly written: number
  readonly accepted: number
  readonly rejected: number
  readonly requestsWritten: number
  readonly requestsAccepted: number
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>
  /** Logs and entries on disk only. */
  readonly spooled: number
  /** Logs and entries that other processes had left in the spool, and that became ours to deliver. */
  readonly takenOver: number
  /** Why nothing is being sent, when that is so. */
  readonly holding?: string
}
