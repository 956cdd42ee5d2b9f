import { ignoreRejection } from '../common/any-realm.js'

/**
 * Every way in which a log, request entry or ping can end without delivery. The list is closed: each drop is counted
 * under one of these reasons.
 */
export const DROP_REASONS = [
  /** The level is unknown. */
  'invalid',
  /** `enabled: false`, or no API key. */
  'disabled',
  /** Below the minimum level. */
  'min_level',
  /** Left out by the service's sample rates. */
  'sampled',
  /** `beforeSend` returned null. */
  'before_send',
  /** `beforeSend` threw, returned a promise, or returned something that is no log. */
  'before_send_error',
  /** A user's hook or a getter threw, so that no log could be made. If `captureUser` throws, only the user is lost. */
  'hook_error',
  /** Suppressed by the duplicate window; counted in the summary's `dedupCount`. */
  'duplicate',
  /** The same failure had been logged by another entry point. */
  'same_failure',
  /** A framework reported an exception, and the request was then answered below 500. */
  'handled_exception',
  /** Over the size limit with `autoTruncate` off, or refused on its own as too large (413). */
  'too_large',
  /** The queue was full: the oldest unsent entries were dropped. */
  'queue_full',
  /** Too many calls before `init`. */
  'before_init_full',
  /** The service refused this entry (422). */
  'rejected',
  /**
   * The service refused the whole batch for good (a 4xx that a retry cannot change), or the batch is bound to a
   * replaced key that is not accepted any more.
   */
  'bad_batch',
  /** Written after `shutdown`. */
  'closed',
  /** The process, or `shutdown`, ended before the entry could be sent. */
  'exit',
  /** A ping that a newer one has replaced, or that was too old to be true. */
  'stale_ping',
  /** The spool was full: its oldest entries were deleted. */
  'spool_full',
  /** A spool file could not be read back. */
  'spool_corrupt',
] as const

/** Why something was dropped: a key of `stats().dropped`, and the first argument of `onDrop`. */
export type DropReason = (typeof DROP_REASONS)[number]

export type OnDrop = (reason: DropReason, count: number) => void

/** The counters of one client. Counting never throws, whatever the user's `onDrop` does. */
export class DropLedger {
  /** Log calls and records received, including the duplicate window's summaries. */
  written = 0
  /** Logs accepted by the service. */
  accepted = 0
  /** Logs refused by the service (422). */
  rejected = 0
  /** Request entries received, and those accepted by the service. */
  requestsWritten = 0
  requestsAccepted = 0
  /** Request entries that were sent at the end of the process without waiting for the answer. */
  unconfirmed = 0
  /** API calls (pings, feedback, releases) made, and those accepted by the service. */
  calls = 0
  callsAccepted = 0
  /** Logs and request entries of other processes that this process has taken over from the spool. */
  takenOver = 0
  readonly #dropped = new Map<DropReason, number>()
  onDrop: OnDrop | undefined
  #isInsideHook = false
  readonly #onFirst: ((reason: DropReason) => void) | undefined

  /**
   * @param onFirst called at the first drop of each reason, for one diagnostic line
   */
  constructor(onDrop?: OnDrop, onFirst?: (reason: DropReason) => void) {
    this.onDrop = onDrop
    this.#onFirst = onFirst
  }

  /**
   * Counts a POST that the service has accepted. Rejected entries must be dropped separately.
   * @param path the endpoint; any other than the two for batches counts as an API call
   * @param count entries in the POST, including the rejected ones
   */
  take(path: string, count: number, rejected: number): void {
    if (path === '/ingest') {
      this.accepted += count - rejected
      this.rejected += rejected
    } else if (path === '/ingest/requests') {
      this.requestsAccepted += count - rejected
    } else {
      this.callsAccepted += count - rejected
    }
  }

  drop(reason: DropReason, count = 1): void {
    if (count <= 0) return
    const before = this.#dropped.get(reason)
    this.#dropped.set(reason, (before ?? 0) + count)
    if (before === undefined) this.#onFirst?.(reason)
    // A hook that writes logs would be called for the drops of its own logs, endlessly.
    if (this.onDrop === undefined || this.#isInsideHook) return
    this.#isInsideHook = true
    try {
      // `onDrop` may be asynchronous despite its type; an unhandled rejection would end the process.
      ignoreRejection(this.onDrop(reason, count))
    } catch {
      // An error in the user's `onDrop` must not cost a log.
    } finally {
      this.#isInsideHook = false
    }
  }

  /** Drops by reason, without reasons that did not occur. */
  dropped(): Partial<Record<DropReason, number>> {
    return Object.fromEntries(this.#dropped)
  }
}
