import type { Buffer } from 'node:buffer'
import { MAX_BATCH_BYTES } from '../wire/limits.js'
import type { Range } from './journal.js'
import { borderLine, doneLine, entryLine } from './record.js'

interface SpoolEntry {
  readonly line: number
  readonly number: number
  readonly json: Buffer
}

export interface SpoolBorder extends Range {
  readonly id: string
}

export interface SpoolPages {
  readonly borders: readonly SpoolBorder[]
  readonly entries: readonly SpoolEntry[]
}

/** What is to be written, as lines. */
export function linesOf({ borders, entries }: SpoolPages): Buffer[] {
  // Borders first: should the end be torn off, what is left of a batch still knows its id.
  const lines = borders.map(({ line, first, count, id }) => borderLine(line, first, count, id))
  return lines.concat(...entries.map(({ line, number, json }) => entryLine(line, number, json)))
}

export function doneLineOf({ line, first, count }: Range): Buffer {
  return doneLine(line, first, count)
}

/** How many entries make one batch that is not too large; at least one. */
export function countFitting(entries: readonly Buffer[]): number {
  let bytes = 0
  const tooMany = entries.findIndex((entry, n) => {
    bytes += entry.length + 1
    return n > 0 && bytes > MAX_BATCH_BYTES / 2
  })
  return tooMany < 0 ? entries.length : tooMany
}
