import type { Pending } from './backlog.js'
import { openDestination } from './destination-folder.js'
import type { FormerDestination } from './former-destination.js'
import type { Owner } from './owner.js'
import { releaseAdopted } from './owner-folder.js'
import type { SpoolSource } from './spool-source.js'
import type { TakenBatch } from './stored-batches.js'
import { doneLineOf, type Range, type WriteSet } from './write-set.js'

export interface OwnMove {
  readonly owner: Owner
  readonly own: SpoolSource
  /** The folders of the former and of the new destination. */
  readonly before: string
  readonly after: string
  /** The address of the new destination. */
  readonly apiUrl: string
  /** Journals that were taken over for the former destination. */
  readonly retired: readonly SpoolSource[]
  /** Those of `retired` of which a batch was being sent when the destination changed. */
  readonly sending: readonly SpoolSource[]
  /** Batches of this process that are being sent to the former destination. */
  readonly taken: () => readonly TakenBatch[]
  /** Batches of this process on disk that the former destination may have accepted. */
  readonly bound: readonly Pending[]
  /** The same for batches in memory, which are still sent to the former destination. */
  readonly inMemory: () => WriteSet
  readonly openFormer: () => FormerDestination
}

/**
 * Moves this process's folder to another destination, without the batches of the former one.
 * @throws the error of the file system; then the folder is not moved
 */
export async function moveOwn(move: OwnMove): Promise<void> {
  const { owner, own, before, after, apiUrl, retired, sending, bound, openFormer } = move
  // Asked now: some may have come to their end since the destination has changed.
  const [taken, inMemory] = [move.taken(), move.inMemory()]
  if (sending.length + taken.length + bound.length + inMemory.marks.length > 0) {
    const former = openFormer()
    former.expect([...taken, ...inMemory.marks])
    for (const source of sending) await former.adopt(source)
    await former.hold(inMemory)
    await leaveBehind(own, former, taken, bound, inMemory.marks, (batch) => move.taken().includes(batch))
  }
  for (const { journal } of retired) await journal.close()
  await releaseAdopted(owner.directory, before)
  openDestination(after, apiUrl)
  owner.move(after)
  own.journal.directory = owner.directory
}

/**
 * The batches are written to the former destination's folder first, and acknowledged here then. In between both places
 * have them, under one id.
 */
async function leaveBehind(
  own: SpoolSource,
  former: FormerDestination,
  taken: readonly TakenBatch[],
  bound: readonly Pending[],
  inMemory: readonly Range[],
  isTaken: (batch: TakenBatch) => boolean,
): Promise<void> {
  for (const batch of taken) {
    const { queue, entries, numbers } = batch
    const numbered = entries.map((json, n) => ({ queue, number: numbers[n] as number, json }))
    await former.keep({ marks: [batch], entries: numbered })
  }
  for (const pending of bound) {
    const { queue, id } = pending
    const read = await own.journal.read(pending)
    const marks = id === undefined ? [] : [{ ...pending, id }]
    await former.keep({ marks, entries: read.map(({ number, json }) => ({ queue, number, json })) })
  }
  const left = [...taken, ...bound, ...inMemory]
  for (const range of left) own.journal.end(range)
  if (left.length > 0 && own.journal.live > 0) await own.journal.append(left.map(doneLineOf))
  await own.journal.trim()
  for (const batch of taken) {
    // The batch may have been acknowledged in the meantime.
    if (!isTaken(batch)) continue
    own.taken--
    batch.source = former.source
    former.source.taken++
  }
}
