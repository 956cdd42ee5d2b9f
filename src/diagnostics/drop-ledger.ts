import { ignoreRejection } from '../common/any-realm.js'

/**
 * Every way a log, request entry or ping can end other than delivered. The list is closed:
 * whoever loses something names one of these and counts it.
 */
export const DROP_REASONS = [
  /** The level is none of Lognitor's. */
  'invalid',
  /** `enabled: false`, or no API key. */
  'disabled',
  /** Below the minimum level. */
  'min_level',
  /** Left out by the service's sample rates. */
  'sampled',
  /** `beforeSend` returned null. */
  'before_send',
  /** `beforeSend` threw, returned a promise, or returned what is no log. */
  'before_send_error',
  /** A hook of the user's or a getter threw where no log could be made; of captureUser's only the user is lost. */
  'hook_error',
  /** Held back by the duplicate window; the summary's `dedupCount` stands for it. */
  'duplicate',
  /** The same failure had been logged already by another way in. */
  'same_failure',
  /** A framework reported an exception that the request then answered below 500. */
  'handled_exception',
  /** Over the size limit, and `autoTruncate` is off; or refused by itself as too large (413). */
  'too_large',
  /** The queue was full: the oldest unsent made room. */
  'queue_full',
  /** More calls before `init` than are kept. */
  'before_init_full',
  /** The service refused this one (422). */
  'rejected',
  /**
   * The service refused the whole batch for good (a 4xx that retrying cannot mend); or it is bound to a key that was
   * replaced, and that takes it no more.
   */
  'bad_batch',
  /** Written after `shutdown`. */
  'closed',
  /** The process, or `shutdown`, ended before it could be sent. */
  'exit',
  /** A ping that a newer one replaced, or that was too old to be true any more. */
  'stale_ping',
  /** The spool was full: its oldest made room. */
  'spool_full',
  /** A spool file that could not be read back. */
  'spool_corrupt',
] as const

/** Why something was dropped: a key of `stats().dropped`, and the first argument of `onDrop`. */
export type DropReason = (typeof DROP_REASONS)[number]

export type OnDrop = (reason: DropReason, count: number) => void

/** The counters of one client. Counting never throws, whatever the user's `onDrop` does. */
export class DropLedger {
  /** Log calls and records that reached us, the duplicate window's summaries included. */
  written = 0
  /** Logs the service took. */
  accepted = 0
  /** Logs the service refused (422). */
  rejected = 0
  /** Request entries that reached us, and those the service took. */
  requestsWritten = 0
  requestsAccepted = 0
  /** Request entries that left at the end of the process, and whose answer nobody has seen. */
  unconfirmed = 0
  /** API calls (pings, feedback, releases) that were made, and those that the service took. */
  calls = 0
  callsAccepted = 0
  /** Logs and entries that other processes had left in the spool, and that are now ours to deliver. */
  takenOver = 0
  readonly #dropped = new Map<DropReason, number>()
  onDrop: OnDrop | undefined
  readonly #onFirst: ((reason: DropReason) => void) | undefined

  /** @param onFirst called at the first drop of each reason, for one diagnostic line. */
  constructor(onDrop?: OnDrop, onFirst?: (reason: DropReason) => void) {
    this.onDrop = onDrop
    this.#onFirst = onFirst
  }

  /**
   * The service has taken a post of so many entries, but for those that it rejected; these are dropped besides.
   * @param path where it went; what carries neither logs nor request entries is an API call
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
    if (this.onDrop === undefined) return
    try {
      // Asynchronous against its type, and then a rejection would end the process.
      ignoreRejection(this.onDrop(reason, count))
    } catch {
      // The user's counter must not cost the user's log.
    }
  }

  /** Drops by reason, those that happened only. */
  dropped(): Partial<Record<DropReason, number>> {
    return Object.fromEntries(this.#dropped)
  }
}
