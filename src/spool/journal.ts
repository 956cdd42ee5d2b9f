import { Buffer } from 'node:buffer'
import { readdirSync, writeFileSync } from 'node:fs'
import { access, type FileHandle, open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { FILE_HEAD, readLines } from './record.js'
import { Segment } from './segment.js'

export interface JournalEntry {
  readonly line: number
  readonly number: number
}

export interface ReadEntry {
  readonly number: number
  readonly json: Buffer
}

export interface Range {
  readonly line: number
  readonly first: number
  readonly count: number
}

const SEGMENT_NAME = /^\d{8}\.log$/

/**
 * The files of one writer: appended to, never changed, and deleted from the oldest on when all in them has come
 * to its end. Two calls must not overlap, but for `read` and the `Now` ones. Rejects as the file system does.
 */
export class Journal {
  /** May change when the folder is moved. */
  directory: string
  readonly #segmentBytes: number
  readonly #segments: Segment[] = []
  #handle: FileHandle | undefined
  #lastNumber = 0
  #cache: { name: string; bytes: number; entries: ReadonlyMap<number, Buffer>[] } | undefined

  /** @param segmentBytes a file that has so many is not continued */
  constructor(directory: string, segmentBytes: number) {
    this.directory = directory
    this.#segmentBytes = segmentBytes
  }

  get bytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  /** Entries that have not come to their end. */
  get live(): number {
    return this.#segments.reduce((sum, { live }) => sum + live, 0)
  }

  /** Takes over a file that is there already, next in order. */
  include(segment: Segment, number: number): void {
    this.#segments.push(segment)
    this.#lastNumber = Math.max(this.#lastNumber, number)
  }

  async append(lines: readonly Buffer[], entries: readonly JournalEntry[] = []): Promise<void> {
    const isNew = this.#handle === undefined
    const segment = isNew ? this.#begin() : (this.#segments.at(-1) as Segment)
    const chunk = Buffer.concat(isNew ? [FILE_HEAD, ...lines] : lines)
    try {
      this.#handle ??= await open(this.#pathOf(segment), 'ax', 0o600)
      await this.#handle.appendFile(chunk)
      // A file that somebody has deleted takes bytes like any other, and nobody will ever read them.
      await access(this.#pathOf(segment))
    } catch (error) {
      // Its end may be torn, so that nothing may be written behind it.
      if (this.#handle === undefined) this.#segments.pop()
      await this.#leave()
      throw error
    }
    this.#note(segment, chunk.length, entries)
    if (segment.bytes >= this.#segmentBytes) await this.#leave()
  }

  /** The same while everything stands still, into a file of its own: another write may be under way. */
  appendNow(lines: readonly Buffer[], entries: readonly JournalEntry[] = []): void {
    const segment = this.#begin()
    const chunk = Buffer.concat([FILE_HEAD, ...lines])
    writeFileSync(this.#pathOf(segment), chunk, { flag: 'wx', mode: 0o600 })
    this.#note(segment, chunk.length, entries)
    const handle = this.#handle
    this.#handle = undefined
    void handle?.close().catch(() => {})
  }

  /** Counts entries as ended; says nothing of it on disk. */
  end({ line, first, count }: Range): void {
    for (const segment of this.#segments) segment.live -= segment.overlap(line, first, count)
  }

  /** Deletes what holds nothing that is still needed. Later files tell which entries of earlier ones have ended. */
  async trim(): Promise<void> {
    if (this.live === 0) await this.#leave()
    const keepsLast = this.live > 0 || this.#handle !== undefined
    while (this.#segments.length > (keepsLast ? 1 : 0) && (this.#segments[0] as Segment).live === 0) {
      await this.#remove(this.#segments.shift() as Segment)
    }
  }

  /** Deletes the oldest file whatever it holds. False when there is none. */
  async removeOldest(): Promise<boolean> {
    const segment = this.#segments.shift()
    if (segment === undefined) return false
    if (this.#segments.length === 0) await this.#leave()
    await this.#remove(segment)
    return true
  }

  /** Forgets files that somebody else has deleted. Whether there were any. */
  async forgetDeleted(): Promise<boolean> {
    const areThere = await Promise.all(this.#segments.map((segment) => isThere(this.#pathOf(segment))))
    const left = this.#segments.filter((_, n) => areThere[n])
    if (left.length === this.#segments.length) return false
    this.#segments.splice(0, Number.POSITIVE_INFINITY, ...left)
    return true
  }

  /** Whether all of these entries are in files that are there. */
  holds({ line, first, count }: Range): boolean {
    const there = this.#segments.reduce((sum, segment) => sum + segment.overlap(line, first, count), 0)
    return there >= count
  }

  /** Those of the entries that can be read back, in order. */
  async read({ line, first, count }: Range): Promise<ReadEntry[]> {
    const found = new Map<number, Buffer>()
    // A list of its own: older files may go while these are read.
    const segments = this.#segments.filter((segment) => segment.overlap(line, first, count) > 0)
    for (const segment of segments) {
      const entries = await this.#entriesOf(segment, line)
      for (let number = first; number < first + count; number++) {
        const json = entries?.get(number)
        if (json !== undefined) found.set(number, json)
      }
    }
    return [...found].sort(([a], [b]) => a - b).map(([number, json]) => ({ number, json }))
  }

  async close(): Promise<void> {
    await this.#leave()
    this.#cache = undefined
  }

  #begin(): Segment {
    this.#lastNumber++
    const segment = new Segment(`${String(this.#lastNumber).padStart(8, '0')}.log`)
    this.#segments.push(segment)
    return segment
  }

  #note(segment: Segment, bytes: number, entries: readonly JournalEntry[]): void {
    segment.bytes += bytes
    for (const { line, number } of entries) segment.add(line, number)
  }

  async #leave(): Promise<void> {
    const handle = this.#handle
    this.#handle = undefined
    await handle?.close().catch(() => {})
  }

  #pathOf({ name }: Segment): string {
    return join(this.directory, name)
  }

  async #remove(segment: Segment): Promise<void> {
    await rm(this.#pathOf(segment), { force: true })
  }

  /** One file is kept as read: batches lie behind one another, and are asked for in that order. */
  async #entriesOf(segment: Segment, line: number): Promise<ReadonlyMap<number, Buffer> | undefined> {
    const { name, bytes } = segment
    if (this.#cache?.name !== name || this.#cache.bytes !== bytes) {
      const content = await readFile(this.#pathOf(segment)).catch(() => Buffer.alloc(0))
      const entries = [new Map<number, Buffer>(), new Map<number, Buffer>()]
      readLines(
        content,
        (record) => record.kind === 'entry' && entries[record.line]?.set(record.number, record.json),
        () => {},
      )
      this.#cache = { name, bytes, entries }
    }
    return this.#cache.entries[line]
  }
}

/** False only where it is certain. */
export async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
  )
}

/** Names of a journal's files, oldest first. */
export function segmentNames(directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => SEGMENT_NAME.test(name))
    .sort()
}
