import type { Buffer } from 'node:buffer'
import type { EntryRange, WriteSet } from '../delivery/store/batch-store.js'
import { MAX_BATCH_BYTES } from '../wire/limits.js'
import { doneLine, entryLine, markLine } from './record.js'

/** The lines of a write set. Each consists of whole buffers that contain nothing else. */
export function linesOf({ marks, entries }: WriteSet): Buffer[] {
  // Marks first: if the end of the write is torn off, the rest of a batch still has its id.
  const lines = marks.map(({ queue, first, count, id }) => markLine(queue, first, count, id))
  return lines.concat(...entries.map(({ queue, number, json }) => entryLine(queue, number, json)))
}

export function doneLineOf({ queue, first, count }: EntryRange): Buffer {
  return doneLine(queue, first, count)
}

/** Whether both ranges have an entry in common. */
export function overlap(one: EntryRange, other: EntryRange): boolean {
  const isApart = one.first >= other.first + other.count || other.first >= one.first + one.count
  return one.queue === other.queue && !isApart
}

/** How many entries fit into one batch by size; at least one. */
export function countFitting(entries: readonly Buffer[]): number {
  let bytes = 0
  const tooMany = entries.findIndex((entry, n) => {
    bytes += entry.length + 1
    return n > 0 && bytes > MAX_BATCH_BYTES / 2
  })
  return tooMany < 0 ? entries.length : tooMany
}
