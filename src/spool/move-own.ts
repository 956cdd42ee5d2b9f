import type { EntryRange, WriteSet } from '../delivery/store/batch-store.js'
import type { OwnFolder } from './own-folder.js'
import type { Source } from './source.js'
import { linesOf } from './write-set.js'

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
    const isMissing = ({ queue, number }: EntryNumber) =>
      missing.some((mark) => contains(mark, queue, number))
    if (missing.length === 0) return
    const set = { marks: missing, entries: entries.filter(isMissing) }
    await left.journal.append(linesOf(set), set.entries)
  }
  const numbered = (queue: number, entries: readonly Numbered[]) =>
    entries.map(({ number, json }) => ({ queue, number, json }))
  await leave(inMemory)
  for (const batch of own.taken) {
    const entries = batch.entries.map((json, n) => ({ number: batch.numbers[n] as number, json }))
    await leave({ marks: [batch], entries: numbered(batch.queue, entries) })
  }
  for (const pending of own.backlog.filter(({ boundTo }) => boundTo === apiKey)) {
    const { queue, id } = pending
    const entries = numbered(queue, await own.journal.read(pending))
    await leave({ marks: [{ ...pending, id: id as string }], entries })
  }
  for (const range of ranges) own.journal.end(range)
  await own.journal.record()
  // Only now: a batch that was being sent may have been put back meanwhile.
  const isLeft = (batch: EntryRange) => ranges.some((range) => contains(range, batch.queue, batch.first))
  for (const batch of own.taken) {
    if (!isLeft(batch)) continue
    own.taken.delete(batch)
    batch.source = left
    left.taken.add(batch)
  }
  for (const pending of own.backlog.filter(isLeft)) {
    own.remove(pending)
    left.backlog.push(pending)
  }
}

interface Numbered {
  readonly number: number
  readonly json: Buffer
}

type EntryNumber = { readonly queue: number; readonly number: number }

function contains(range: EntryRange, queue: number, number: number): boolean {
  return range.queue === queue && range.first <= number && number < range.first + range.count
}
