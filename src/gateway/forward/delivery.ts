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
  /** 429 when the service said so, else 503. */
  readonly status: 429 | 503
  readonly retryAfterMs: number
  readonly why: string
  /** More was made of it than can be delivered in its time: sent again whole, it would end like this again. */
  readonly isTooMuch?: true
}

/** When to ask again after a POST that was not taken. */
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

/** A few seconds, not the same for all: what waits exactly so long comes back in one burst. */
export function soonMs(random: () => number): number {
  return 1000 * (2 + Math.floor(random() * 5))
}
