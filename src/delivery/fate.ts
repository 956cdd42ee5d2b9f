import type { Outcome } from './http/outcome.js'

export type HoldReason = 'backoff' | 'retry_after' | 'unauthorized' | 'wrong_address'

/** Why and for how long nothing should be sent. */
export interface Hold {
  readonly reason: HoldReason
  /** Undefined with `backoff`: the sender's own backoff applies. */
  readonly waitMs?: number
}

/** What happens to the entries of one POST. */
export type Fate =
  /** Accepted, except for `rejected` entries that the service refused one by one. */
  | { readonly kind: 'done'; readonly rejected: number }
  /** To be sent again unchanged. */
  | {
      readonly kind: 'retry'
      readonly hold: Hold
      /** The retries are exhausted: other batches should go first. */
      readonly retriesExhausted: boolean
      /** The service may have accepted the batch; false when it certainly has not. */
      readonly mayBeTaken: boolean
    }
  /** To be sent as two requests. `too_many`: the endpoint is known to accept fewer entries at once. */
  | { readonly kind: 'halve'; readonly reason: 'too_large' | 'too_many' }
  | { readonly kind: 'drop'; readonly reason: 'too_large' | 'bad_batch' }

/** The request that was sent. */
export interface Sent {
  /** Logs or request entries in the POST; 1 for an API call. */
  readonly entries: number
  /** Attempts that ended without a final answer, including this one. */
  readonly attempts: number
}

export interface Known {
  /** Number of entries that the service is known to accept in one POST. */
  readonly knownEntries: number
  /** After this many failures all other batches go before this one. */
  readonly maxRetries: number
}

/** After a refused key or a wrong address, one probe a minute. */
const PROBE_MS = 60_000
/** Upper bound for a wait that the service asks for. */
const LONGEST_MS = 3_600_000

/**
 * Decides what happens to the entries of a request. This rule exists only here: the batcher, API calls, the exit sender
 * and the gateway's forwarding apply the decision in their own ways.
 */
export function fateOf(outcome: Outcome, { entries, attempts }: Sent, known: Known): Fate {
  switch (outcome.kind) {
    case 'sent':
      return { kind: 'done', rejected: Math.min(outcome.rejected, entries) }
    case 'too_large':
      return entries > 1 ? { kind: 'halve', reason: 'too_large' } : { kind: 'drop', reason: 'too_large' }
    case 'refused':
      // The service may have refused the number of entries and not their content.
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
