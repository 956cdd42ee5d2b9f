import type { DropReason } from './ledger.js'

/**
 * What a client knows of its logs and entries. What came in, `written`, `requestsWritten` and `takenOver`, is what
 * was `accepted` and `requestsAccepted`, `dropped`, and what is still `queued`, `inFlight` or `spooled`.
 */
export interface Stats {
  /** Logs and entries that wait in memory. */
  readonly queued: number
  /** Bytes in memory, waiting and on their way. */
  readonly queuedBytes: number
  /** Logs and entries on their way. */
  readonly inFlight: number
  /** Log calls and records that reached the client. */
  readonly written: number
  /** Logs that Lognitor took. */
  readonly accepted: number
  /** Logs that it refused as invalid. */
  readonly rejected: number
  readonly requestsWritten: number
  readonly requestsAccepted: number
  /** By reason; reasons that did not occur are absent. */
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>
  /** Logs and entries on disk only. */
  readonly spooled: number
  /** Logs and entries that other processes had left in the spool, and that became ours to deliver. */
  readonly takenOver: number
  /** Why nothing is being sent: `backoff`, `retry_after`, `unauthorized`, `wrong_address`; absent while all is well. */
  readonly holding?: string
}
