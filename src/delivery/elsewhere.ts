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
    if (outcome?.kind === 'sent') {
      const rejected = Math.min(outcome.rejected, post.count)
      ledger.take(post.path, post.count, rejected)
      ledger.drop('rejected', rejected)
    } else if (outcome?.kind === 'refused') ledger.drop('bad_batch', entriesOf(post))
    else return true
    return false
  })
}

/** Logs or request entries in a post; a single errand, such as feedback, counts as one. */
export function entriesOf({ count }: Post): number {
  return Math.max(1, count)
}
