import type { DropReason } from './drop-ledger.js'

/**
 * The counters of a client for its logs, request entries and API calls. What came in (`written`, `requestsWritten`,
 * `takenOver`, `calls`) equals what has ended (`accepted`, `requestsAccepted`, `callsAccepted`, `unconfirmed`,
 * `dropped`) plus what is pending (`queued`, `inFlight`, `spooled`, `callsPending`).
 */
export interface Stats {
  /** Logs and request entries waiting in memory. */
  readonly queued: number
  /** Bytes in memory, waiting and in flight. */
  readonly queuedBytes: number
  /** Logs and request entries in flight. */
  readonly inFlight: number
  /** Log calls and records that the client received. */
  readonly written: number
  /** Logs that Lognitor accepted. */
  readonly accepted: number
  /** Logs that Lognitor refused as invalid. */
  readonly rejected: number
  readonly requestsWritten: number
  readonly requestsAccepted: number
  /**
   * Request entries that were sent completely when the process ended, without waiting for the answer; most likely
   * accepted.
   */
  readonly unconfirmed: number
  /** Pings, feedback and releases: made, accepted by the service, and pending. */
  readonly calls: number
  readonly callsAccepted: number
  readonly callsPending: number
  /** Drops by reason; reasons that did not occur are absent. */
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>
  /** Logs and request entries that are on disk only. */
  readonly spooled: number
  /** Logs and request entries of other processes that this process has taken over from the spool. */
  readonly takenOver: number
  /**
   * Why nothing is sent: `backoff`, `retry_after`, `unauthorized`, `wrong_address`; absent while sending is allowed.
   */
  readonly holding?: string
}
