import type { Ledger } from '../ledger.js'
import type { TransportAnswer } from '../wire/transport.js'
import { readAnswer } from './outcome.js'
import type { Post } from './post.js'

/**
 * Counts what became of posts that did not go by the batcher, each with its answer or none. Gives those that
 * were not taken and may be sent again.
 */
export function countElsewhere(
  posts: readonly Post[],
  answers: readonly (TransportAnswer | undefined)[],
  ledger: Ledger,
  nowMs: number,
): Post[] {
  return posts.filter((post, n) => {
    const answer = answers[n]
    const outcome = answer && readAnswer(answer, nowMs)
    if (outcome?.kind === 'sent') countTaken(post, Math.min(outcome.rejected, post.count), ledger)
    else if (outcome?.kind === 'refused') ledger.drop('bad_batch', entriesOf(post))
    else return true
    return false
  })
}

/** Logs or request entries in a post; a single errand, such as feedback, counts as one. */
export function entriesOf({ count }: Post): number {
  return Math.max(1, count)
}

function countTaken({ path, count }: Post, rejected: number, ledger: Ledger): void {
  if (path === '/ingest') {
    ledger.accepted += count - rejected
    ledger.rejected += rejected
  } else if (path === '/ingest/requests') {
    ledger.requestsAccepted += count - rejected
  }
  ledger.drop('rejected', rejected)
}
