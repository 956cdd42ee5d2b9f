import type { Outcome } from './http/outcome.js'

export type HoldReason = 'backoff' | 'retry_after' | 'unauthorized' | 'wrong_address'

/** For how long nothing should be sent. */
export interface Hold {
  readonly reason: HoldReason
  /** Undefined with `backoff`: the sender's own waiting times apply. */
  readonly waitMs?: number
}

/** What happens to the entries of one POST. */
export type Fate =
  /** Taken, except for so many that the service refused one by one. */
  | { readonly kind: 'done'; readonly rejected: number }
  /** To be sent again, unchanged. */
  | {
      readonly kind: 'retry'
      readonly hold: Hold
      /** It has failed so often that other batches should go first. */
      readonly retriesExhausted: boolean
      /** Nobody knows whether the service has taken it; false when it certainly has not. */
      readonly mayBeTaken: boolean
    }
  /** To be sent as two requests. `too_many`: fewer entries at once are known to be taken. */
  | { readonly kind: 'halve'; readonly reason: 'too_large' | 'too_many' }
  | { readonly kind: 'drop'; readonly reason: 'too_large' | 'bad_batch' }

/** What was sent. */
export interface Sent {
  /** Logs or request entries in the POST; 1 for an API call. */
  readonly entries: number
  /** Sends that ended without a final answer, this one included. */
  readonly attempts: number
}

export interface Known {
  /** Most entries that the service is known to take in one POST. */
  readonly knownEntries: number
  /** After so many failures a batch steps behind the others. */
  readonly maxRetries: number
}

/** A refused key and a wrong address are asked again once a minute. */
const PROBE_MS = 60_000
/** The longest wait that a service can ask for. */
const LONGEST_MS = 3_600_000

/**
 * Decides what happens to what was sent. The only place that does: the batcher, API calls, the exit sender and the
 * gateway's forwarding each carry the decision out in their own way.
 */
export function fateOf(outcome: Outcome, { entries, attempts }: Sent, known: Known): Fate {
  switch (outcome.kind) {
    case 'sent':
      return { kind: 'done', rejected: Math.min(outcome.rejected, entries) }
    case 'too_large':
      return entries > 1 ? { kind: 'halve', reason: 'too_large' } : { kind: 'drop', reason: 'too_large' }
    case 'refused':
      // Perhaps there were only too many.
      if (entries > Math.max(1, known.knownEntries)) return { kind: 'halve', reason: 'too_many' }
      return { kind: 'drop', reason: 'bad_batch' }
    default:
      return {
        kind: 'retry',
        hold: holdAfter(outcome),
        retriesExhausted: attempts > known.maxRetries,
        mayBeTaken: outcome.kind === 'retryable' && !outcome.isUntaken,
      }
  }
}

function holdAfter(outcome: Outcome): Hold {
  if (outcome.kind === 'unauthorized' || outcome.kind === 'wrong_address') {
    return { reason: outcome.kind, waitMs: PROBE_MS }
  }
  const askedMs = outcome.kind === 'retryable' ? outcome.retryAfterMs : undefined
  if (askedMs === undefined) return { reason: 'backoff' }
  return { reason: 'retry_after', waitMs: Math.min(askedMs, LONGEST_MS) }
}
