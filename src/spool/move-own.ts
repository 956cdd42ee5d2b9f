import type { EntryRange, StoredEntry, WriteSet } from '../delivery/store/batch-store.js'
import type { OwnFolder } from './own-folder.js'
import type { Source } from './source.js'
import { linesOf, overlap } from './write-set.js'

/**
 * Moves this process's own journal to the folder of another destination. Batches that the former destination may have
 * accepted are left in its folder first. In between a batch is in two files of that folder, under one id, and never in
 * the folders of two destinations. Must run as a step of the disk order.
 * @param bound the batches in memory that the former destination may have accepted
 * @param mayMove asked once more at the end: the process may end meanwhile
 * @throws the error of the file system; then the journal stays where it is
 */
export async function moveOwn(
  own: Source,
  to: OwnFolder,
  bound: WriteSet,
  mayMove: () => boolean,
): Promise<void> {
  const { destination, left } = own.folder
  // The key names the project, whatever the address: with the same key a batch id still means the same.
  if (destination.apiKey !== to.destination.apiKey) await leaveBound(own, left, destination.apiKey, bound)
  if (mayMove()) to.takeIn(own)
}

async function leaveBound(own: Source, left: Source, apiKey: string, inMemory: WriteSet): Promise<void> {
  const ranges: EntryRange[] = []
  const leave = async ({ marks, entries }: WriteSet) => {
    ranges.push(...marks)
    const missing = marks.filter((mark) => !left.journal.hasLive(mark))
    const isMissing = ({ queue, number }: StoredEntry) =>
      missing.some((mark) => overlap(mark, { queue, first: number, count: 1 }))
    const set = { marks: missing, entries: entries.filter(isMissing) }
    if (missing.length > 0) await left.journal.append(linesOf(set), set.entries)
  }
  await leave(inMemory)
  for (const batch of own.taken) {
    const { queue, numbers } = batch
    const entries = batch.entries.map((json, n) => ({ queue, number: numbers[n] as number, json }))
    await leave({ marks: [batch], entries })
  }
  for (const pending of own.backlog.filter(({ boundTo }) => boundTo === apiKey)) {
    const { queue, id } = pending
    const entries = (await own.journal.read(pending)).map((entry) => ({ queue, ...entry }))
    await leave({ marks: [{ ...pending, id: id as string }], entries })
  }
  for (const range of ranges) own.journal.end(range)
  await own.journal.record()
  // Only now: a batch that was being sent may have been put back meanwhile.
  const isLeft = (batch: EntryRange) => ranges.some((range) => overlap(range, batch))
  for (const batch of [...own.taken].filter(isLeft)) {
    own.taken.delete(batch)
    batch.source = left
    left.taken.add(batch)
  }
  for (const pending of own.backlog.filter(isLeft)) {
    own.remove(pending)
    left.backlog.push(pending)
  }
}
