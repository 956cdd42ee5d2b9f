import { Buffer } from 'node:buffer'
import { join } from 'node:path'
import { KNOWN_BATCH_REQUESTS, MAX_BATCH_LOGS } from '../wire/limits.js'
import { orIfMissing } from './fs-error.js'
import { Journal, segmentNames } from './journal.js'
import { promises } from './promises.js'
import { readLines } from './record.js'
import { Segment } from './segment.js'
import type { NewPending } from './source.js'
import { countWithin, Spans, without } from './spans.js'

/** Most entries per batch, by queue index. */
const CAPACITY = [MAX_BATCH_LOGS, KNOWN_BATCH_REQUESTS] as const
const QUEUES = CAPACITY.length

/** Most bytes that are kept of one damaged line. */
const MOST_DAMAGE_BYTES = 64 * 1024

/** The bytes of a file that form no valid line. */
export interface Damage {
  readonly file: string
  readonly reason: string
  readonly pieces: readonly DamagedPiece[]
}

export interface DamagedPiece {
  /** The first 64 KiB. */
  readonly bytes: Buffer
  /** Offset of the first byte in the file. */
  readonly first: number
  /** Offset of the last byte in the file. */
  readonly last: number
}

/** The content of a journal. */
export interface JournalContent {
  readonly journal: Journal
  /** Batches that are neither delivered nor dropped, in the order in which they were written. */
  readonly pending: readonly NewPending[]
  readonly damages: readonly Damage[]
}

interface OrderedMark {
  readonly first: number
  readonly count: number
  readonly id: string
  /** Position among all marks. Of two marks that overlap, the later one counts. */
  readonly order: number
}

/**
 * Reads all files of a journal once, one after the other, and keeps no entry in memory.
 * @throws the error of the file system: whether the entries of an unreadable file are needed is unknown
 */
export async function scanJournal(directory: string, segmentBytes: number): Promise<JournalContent> {
  const journal = new Journal(directory, segmentBytes)
  // In the order of the lines: an entry that had left the journal may have come back.
  const live = Array.from({ length: QUEUES }, () => new Spans())
  const marks = Array.from({ length: QUEUES }, (): OrderedMark[] => [])
  const damages: Damage[] = []
  const segments: Segment[] = []
  let order = 0
  for (const name of await segmentNames(directory)) {
    const bytes = await orIfMissing(undefined, promises().readFile(join(directory, name)))
    if (bytes === undefined) continue
    const segment = new Segment(name)
    segments.push(segment)
    const pieces: DamagedPiece[] = []
    segment.bytes = bytes.length
    readLines(
      bytes,
      (record) => {
        if (record.kind === 'entry') {
          segment.add(record.queue, record.number)
          live[record.queue]?.add(record.number)
        } else if (record.kind === 'done') {
          const { queue, first, count } = record
          live[queue]?.delete(first, first + count - 1)
          for (const each of segments) each.end(queue, first, count)
        } else {
          marks[record.queue]?.push({ ...record, order: order++ })
        }
      },
      // A copy, so that the bytes of the whole file can be freed.
      (piece, first) => pieces.push({ bytes: copyOf(piece), first, last: first + piece.length - 1 }),
    )
    if (pieces.length > 0) damages.push({ file: name, reason: 'lines that are torn or altered', pieces })
    journal.include(segment, Number.parseInt(name, 10))
  }
  const pending = live.flatMap((left, queue) => pendingOf(queue, left.list(), lastMarks(marks[queue] ?? [])))
  return { journal, pending, damages }
}

function copyOf(bytes: Buffer): Buffer {
  return Buffer.from(bytes.subarray(0, MOST_DAMAGE_BYTES))
}

/** Of marks that overlap, the one written last; sorted by first entry. */
function lastMarks(marks: readonly OrderedMark[]): OrderedMark[] {
  const kept: OrderedMark[] = []
  const sorted = [...marks].sort((a, b) => a.first - b.first || a.order - b.order)
  for (const mark of sorted) {
    const before = kept.at(-1)
    const overlaps = before !== undefined && before.first + before.count > mark.first
    if (overlaps && before.order > mark.order) continue
    if (overlaps) kept.pop()
    kept.push(mark)
  }
  return kept
}

/** How often another process has tried its batches is unknown. They stay in their folder, and so bound to a key. */
const NEVER_TRIED = { attempts: 0, boundTo: undefined }

function pendingOf(
  queue: number,
  left: ReturnType<Spans['list']>,
  marks: readonly OrderedMark[],
): NewPending[] {
  const pending: NewPending[] = []
  for (const { first, count, id } of marks) {
    const present = countWithin(left, first, first + count - 1)
    if (present > 0) pending.push({ queue, first, count, present, id, isMarked: true, ...NEVER_TRIED })
  }
  const marked = marks.map(({ first, count }) => ({ first, last: first + count - 1 }))
  const capacity = CAPACITY[queue] as number
  for (const { first, last } of without(left, marked)) {
    for (let from = first; from <= last; from += capacity) {
      const count = Math.min(capacity, last - from + 1)
      pending.push({
        queue,
        first: from,
        count,
        present: count,
        id: undefined,
        isMarked: false,
        ...NEVER_TRIED,
      })
    }
  }
  return pending.sort((a, b) => a.first - b.first)
}
