import type { Pending } from './backlog.js'
import type { SpoolSource } from './spool-source.js'
import { doneLineOf } from './write-set.js'

/**
 * Deletes the oldest files, those of the first source first, until `bytes` more fit within the limit.
 * @param onLost called with batches that were only in those files
 */
export async function makeRoom(
  sources: readonly SpoolSource[],
  bytes: number,
  maxBytes: number,
  onLost: (pending: Pending) => void,
): Promise<void> {
  let sum = sources.reduce((total, { journal }) => total + journal.bytes, bytes)
  for (const source of sources) {
    const { journal } = source
    while (sum > maxBytes && journal.bytes > 0) {
      const before = journal.bytes
      await journal.removeOldest()
      sum -= before - journal.bytes
      for (const pending of source.forgetMissing()) {
        onLost(pending)
        // The rest of the batch in the next file must not be delivered.
        journal.end(pending)
        await journal.append([doneLineOf(pending)])
      }
    }
  }
}
