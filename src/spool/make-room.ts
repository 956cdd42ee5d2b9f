import type { Pending, Source } from './source.js'

/**
 * Deletes the oldest files, those of the first source first, until `bytes` more fit within the limit.
 * @param onLost called with batches that were only in those files
 */
export async function makeRoom(
  sources: readonly Source[],
  bytes: number,
  maxBytes: number,
  onLost: (pending: Pending) => void,
): Promise<void> {
  const isFull = () => sources.reduce((sum, { journal }) => sum + journal.bytes, bytes) > maxBytes
  for (const source of sources) {
    const { journal } = source
    while (journal.bytes > 0 && isFull()) {
      await journal.removeOldest()
      for (const pending of source.forgetMissing()) {
        onLost(pending)
        // The rest of the batch in the next file must not be delivered.
        journal.end(pending)
        await journal.record()
      }
    }
  }
}
