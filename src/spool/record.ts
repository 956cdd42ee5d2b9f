import { Buffer } from 'node:buffer'
import { builtin } from '../common/builtin.js'

/** One line of a spool file. */
export type SpoolRecord =
  | { readonly kind: 'entry'; readonly queue: number; readonly number: number; readonly json: Buffer }
  /** Entries that are or were sent as one batch. */
  | {
      readonly kind: 'mark'
      readonly queue: number
      readonly first: number
      readonly count: number
      readonly id: string
    }
  /** Entries that are delivered or dropped. */
  | { readonly kind: 'done'; readonly queue: number; readonly first: number; readonly count: number }

/**
 * A file consists of lines of text: a letter, the CRC of the rest in eight hex digits, the rest. JSON contains no line
 * break, so a damaged line does not hide the next one.
 */
const ENTRY_LETTERS = ['L', 'R'] as const
const MARK = 'B'
const DONE = 'D'

export const NEWLINE = 0x0a
/** First byte of a line that is skipped. */
export const COMMENT = 0x23
const SPACE = 0x20
const NEWLINE_BYTES = Buffer.from('\n')
/** Letter, space, eight digits, space. */
const HEAD_BYTES = 11

/** First line of each file. */
export const FILE_HEAD = Buffer.from('# lognitor spool 1\n')

/** The bytes of an entry's line, in pieces. */
export function entryLine(queue: number, number: number, json: Buffer): Buffer[] {
  const letter = ENTRY_LETTERS[queue] as string
  const label = Buffer.from(`${number} `, 'latin1')
  const sum = crc32(json, crc32(label, letter.charCodeAt(0)))
  return [Buffer.from(`${letter} ${hex(sum)} ${number} `, 'latin1'), json, NEWLINE_BYTES]
}

export function markLine(queue: number, first: number, count: number, id: string): Buffer {
  return shortLine(MARK, `${queue} ${first} ${count} ${id}`)
}

export function doneLine(queue: number, first: number, count: number): Buffer {
  return shortLine(DONE, `${queue} ${first} ${count}`)
}

/** Called with bytes that form no intact line, and their offset in the file. */
type OnDamage = (bytes: Buffer, offset: number) => void

/**
 * Calls `onRecord` with each intact line, in order, and `onDamage` with each damaged one. Skips empty lines and
 * comments.
 */
export function readLines(bytes: Buffer, onRecord: (record: SpoolRecord) => void, onDamage: OnDamage): void {
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, start)
    const end = newline < 0 ? bytes.length : newline
    if (end > start && bytes[start] !== COMMENT) {
      const line = bytes.subarray(start, end)
      // A last line without a line break may be truncated, even if its checksum matches.
      const record = newline < 0 ? undefined : readLine(line)
      if (record !== undefined) onRecord(record)
      else if (newline < 0) onDamage(line, start)
      else readBroken(line, start, onRecord, onDamage)
    }
    start = end + 1
  }
}

/** An intact line may follow a torn one, or one whose line break is damaged. */
function readBroken(
  bytes: Buffer,
  offset: number,
  onRecord: (record: SpoolRecord) => void,
  onDamage: OnDamage,
): void {
  const text = bytes.toString('latin1')
  for (const { index } of text.matchAll(/[LRBD] [0-9a-f]{8} /g)) {
    const record = index > 0 ? readLine(bytes.subarray(index)) : undefined
    if (record === undefined) continue
    onDamage(bytes.subarray(0, index), offset)
    onRecord(record)
    return
  }
  onDamage(bytes, offset)
}

function readLine(bytes: Buffer): SpoolRecord | undefined {
  if (bytes.length <= HEAD_BYTES || bytes[1] !== SPACE || bytes[HEAD_BYTES - 1] !== SPACE) return undefined
  const letter = String.fromCharCode(bytes[0] as number)
  const rest = bytes.subarray(HEAD_BYTES)
  const sum = bytes.toString('latin1', 2, HEAD_BYTES - 1)
  if (sum !== hex(crc32(rest, letter.charCodeAt(0)))) return undefined
  const queue = (ENTRY_LETTERS as readonly string[]).indexOf(letter)
  if (queue >= 0) {
    const space = rest.indexOf(SPACE)
    const number = Number(rest.toString('latin1', 0, space))
    return { kind: 'entry', queue, number, json: rest.subarray(space + 1) }
  }
  const [queueWord, first, count, id] = rest.toString('latin1').split(' ')
  const range = { queue: Number(queueWord), first: Number(first), count: Number(count) }
  if (letter === DONE) return { kind: 'done', ...range }
  if (letter === MARK && id !== undefined) return { kind: 'mark', ...range, id }
  return undefined
}

function shortLine(letter: string, rest: string): Buffer {
  return Buffer.from(`${letter} ${hex(crc32(rest, letter.charCodeAt(0)))} ${rest}\n`, 'latin1')
}

function hex(sum: number): string {
  return sum.toString(16).padStart(8, '0')
}

function crc32(data: string | Buffer, before: number): number {
  zlib ??= builtin('node:zlib')
  return zlib.crc32(data, before)
}

/** Loaded with the first record. */
let zlib: typeof import('node:zlib') | undefined
