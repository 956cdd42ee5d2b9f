import type { Hold, HoldReason } from '../../delivery/fate.js'
import type { Posted } from '../../delivery/http/post.js'

/** The result of one export. */
export type Delivery = Delivered | Held

export interface Delivered {
  readonly kind: 'delivered'
  /** How many of the caller's records were lost against its wish. */
  readonly rejected: number
  /** A few of the reasons, shortened. */
  readonly reasons: readonly string[]
}

/** Not everything was accepted, or the result is unknown: the caller has to send the whole export again. */
export interface Held {
  readonly kind: 'held'
  /** 429 when the service answered 429, otherwise 503. */
  readonly status: 429 | 503
  readonly retryAfterMs: number
  readonly why: string
  /** The export is too large to be delivered in time: sent again whole, it would end in the same way. */
  readonly isTooMuch?: true
}

/** Why a batch that the service did not accept has to be sent again, and when. */
export function heldBy({ reason, waitMs }: Hold, posted: Posted, random: () => number): Held {
  const why = 'why' in posted.outcome ? posted.outcome.why : ''
  return {
    kind: 'held',
    status: posted.status === 429 ? 429 : 503,
    retryAfterMs: waitMs ?? soonMs(random),
    why: `${WORDS[reason]} (${why})`,
  }
}

const WORDS: Readonly<Record<HoldReason, string>> = {
  unauthorized: 'Lognitor refused the API key',
  wrong_address: "apiUrl is not Lognitor's",
  retry_after: 'Lognitor did not accept the batch',
  backoff: 'Lognitor did not accept the batch',
}

/** A few seconds, different for each caller: equal waits would end in one burst of repeats. */
export function soonMs(random: () => number): number {
  return 1000 * (2 + Math.floor(random() * 5))
}
