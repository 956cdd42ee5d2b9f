import type { DropReason } from './drop-ledger.js'

/**
 * What a client knows of its logs, request entries and API calls. What came in, `written`, `requestsWritten`,
 * `takenOver` and `calls`, is what was `accepted`, `requestsAccepted`, `callsAccepted`, `unconfirmed` and `dropped`,
 * and what is still `queued`, `inFlight`, `spooled` or `callsPending`.
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
  /**
   * Request entries that had left as a whole when the process ended, and whose answer was not waited for: most likely
   * taken.
   */
  readonly unconfirmed: number
  /** Pings, feedback and releases: made, taken by the service, and not yet at their end. */
  readonly calls: number
  readonly callsAccepted: number
  readonly callsPending: number
  /** By reason; reasons that did not occur are absent. */
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>
  /** Logs and entries on disk only. */
  readonly spooled: number
  /** Logs and entries that other processes had left in the spool, and that became ours to deliver. */
  readonly takenOver: number
  /** Why nothing is being sent: `backoff`, `retry_after`, `unauthorized`, `wrong_address`; absent while all is well. */
  readonly holding?: string
}
