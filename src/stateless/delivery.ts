import type { Upload } from '../delivery/uploader.js'

/** What became of all that one caller sent. */
export type Delivery = Delivered | Held

export interface Delivered {
  readonly kind: 'delivered'
  /** How many of the caller's records are lost for good, though nobody wished it. */
  readonly rejected: number
  /** Why, a few of the reasons, shortened. */
  readonly reasons: readonly string[]
}

/** Some of it was not taken, or nobody knows: to be sent again, all of it. */
export interface Held {
  readonly kind: 'held'
  /** 429 when the service said so, else 503. */
  readonly status: 429 | 503
  readonly retryAfterMs: number
  readonly why: string
  /** More was made of it than can be delivered in its time: sent again whole, it would end like this again. */
  readonly isTooMuch?: true
}

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000

/** When to ask again after an upload that can be mended. */
export function heldBy({ outcome, answer }: Upload, random: () => number): Held {
  const status = answer?.status === 429 ? 429 : 503
  const why = 'why' in outcome ? outcome.why : ''
  switch (outcome.kind) {
    case 'unauthorized':
      return { kind: 'held', status, retryAfterMs: MINUTE_MS, why: `Lognitor refused the API key (${why})` }
    case 'wrong_address':
      return { kind: 'held', status, retryAfterMs: MINUTE_MS, why: `apiUrl is not Lognitor's (${why})` }
    default: {
      const asked = outcome.kind === 'retryable' ? outcome.retryAfterMs : undefined
      const retryAfterMs = asked === undefined ? soonMs(random) : Math.min(asked, HOUR_MS)
      return { kind: 'held', status, retryAfterMs, why: `Lognitor did not take it (${why})` }
    }
  }
}

/** A few seconds, not the same for all: what waits exactly so long comes back in one burst. */
export function soonMs(random: () => number): number {
  return 1000 * (2 + Math.floor(random() * 5))
}
