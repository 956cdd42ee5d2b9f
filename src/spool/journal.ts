import { Buffer } from 'node:buffer'
import { rmSync, writeFileSync } from 'node:fs'
import { access, type FileHandle, open, readdir, readFile, rm, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { isMissing, orIfMissing } from './fs-error.js'
import { FILE_HEAD, readLines } from './record.js'
import { Segment } from './segment.js'
import type { Range } from './write-set.js'

export interface JournalEntry {
  readonly line: number
  readonly number: number
}

export interface ReadEntry {
  readonly number: number
  readonly json: Buffer
}

const SEGMENT_NAME = /^\d{8}\.log$/

/**
 * The files of one writer: appended to, never changed, and deleted from the oldest on when everything in them is
 * delivered or dropped. Two calls must not overlap, but for `read` and the `Now` ones. Rejects as the file system
 * does.
 */
export class Journal {
  /** Changes when the folder is moved. */
  directory: string
  readonly #segmentBytes: number
  readonly #segments: Segment[] = []
  /** Files that hold more than is known of them, since a write failed half-way. */
  readonly #torn = new Set<Segment>()
  #handle: FileHandle | undefined
  #lastNumber = 0
  #cache: { name: string; bytes: number; entries: ReadonlyMap<number, Buffer>[] } | undefined

  /** @param segmentBytes a file of this size is not continued */
  constructor(directory: string, segmentBytes: number) {
    this.directory = directory
    this.#segmentBytes = segmentBytes
  }

  get bytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  /** Entries that are neither delivered nor dropped. */
  get live(): number {
    return this.#segments.reduce((sum, { live }) => sum + live, 0)
  }

  /** Adds a file that is there already, next in order. */
  include(segment: Segment, number: number): void {
    this.#segments.push(segment)
    this.#lastNumber = Math.max(this.#lastNumber, number)
  }

  async append(lines: readonly Buffer[], entries: readonly JournalEntry[] = []): Promise<void> {
    for (const segment of this.#torn) await this.#cutBack(segment)
    const isNew = this.#handle === undefined
    const segment = isNew ? this.#begin() : (this.#segments.at(-1) as Segment)
    const chunk = Buffer.concat(isNew ? [FILE_HEAD, ...lines] : lines)
    try {
      if (isNew) this.#handle = await open(this.#pathOf(segment), 'ax', 0o600)
      await (this.#handle as FileHandle).appendFile(chunk)
      // A file that somebody has deleted takes bytes like any other, and nobody will ever read them.
      await access(this.#pathOf(segment))
    } catch (error) {
      await this.#undo(segment, error)
      throw error
    }
    this.#note(segment, chunk.length, entries)
    if (segment.bytes >= this.#segmentBytes) await this.#leave()
  }

  /**
   * After a failed write a part of the chunk may be in the file. Its entries are still in memory: if they stayed here,
   * too, a later process would deliver them a second time, in another batch.
   */
  async #undo(segment: Segment, error: unknown): Promise<void> {
    // A file of this name that is there already is none of this journal's.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      this.#forget(segment)
      return
    }
    const handle = this.#handle
    if (handle !== undefined && segment.bytes > 0 && !isMissing(error)) {
      // Where it can be cut off, the file is continued: on a full disk it may have room for a line where a new file
      // has none.
      const isCut = await handle.truncate(segment.bytes).then(
        () => true,
        () => false,
      )
      if (isCut) return
    }
    this.#torn.add(segment)
    await this.#leave()
    await this.#cutBack(segment).catch(() => {})
  }

  /** The same synchronously, into a file of its own: another write may be under way. */
  appendNow(lines: readonly Buffer[], entries: readonly JournalEntry[] = []): void {
    const segment = this.#begin()
    const chunk = Buffer.concat([FILE_HEAD, ...lines])
    try {
      writeFileSync(this.#pathOf(segment), chunk, { flag: 'wx', mode: 0o600 })
    } catch (error) {
      this.#forget(segment)
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') rmSync(this.#pathOf(segment), { force: true })
      throw error
    }
    this.#note(segment, chunk.length, entries)
    const handle = this.#handle
    this.#handle = undefined
    void handle?.close().catch(() => {})
  }

  /** Counts entries as delivered or dropped; writes nothing about it. */
  end({ line, first, count }: Range): void {
    for (const segment of this.#segments) segment.end(line, first, count)
  }

  /** Deletes files that hold nothing that is still needed. Later files tell which entries of earlier ones are done. */
  async trim(): Promise<void> {
    if (this.live === 0) await this.#leave()
    const keepsLast = this.live > 0 || this.#handle !== undefined
    while (this.#segments.length > (keepsLast ? 1 : 0) && (this.#segments[0] as Segment).live === 0) {
      await this.removeOldest()
    }
  }

  /** Deletes the oldest file whatever it holds. False when there is none. */
  async removeOldest(): Promise<boolean> {
    const [segment] = this.#segments
    if (segment === undefined) return false
    if (this.#segments.length === 1) await this.#leave()
    await rm(this.#pathOf(segment), { force: true })
    this.#forget(segment)
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

  /** Whether any of these entries is in it. */
  hasAny({ line, first, count }: Range): boolean {
    return this.#segments.some((segment) => segment.countOf(line, first, count) > 0)
  }

  /** Whether all of these entries are in files that are there. */
  holds({ line, first, count }: Range): boolean {
    const there = this.#segments.reduce((sum, segment) => sum + segment.overlap(line, first, count), 0)
    return there >= count
  }

  /**
   * Those of the entries that can be read back, in order.
   * @throws what the file system throws, but for a file that is gone: then nothing is known of its entries
   */
  async read({ line, first, count }: Range): Promise<ReadEntry[]> {
    const found = new Map<number, Buffer>()
    // A list of its own: older files may be deleted while these are read.
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
    for (const segment of this.#torn) await this.#cutBack(segment)
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

  #forget(segment: Segment): void {
    const place = this.#segments.indexOf(segment)
    if (place >= 0) this.#segments.splice(place, 1)
    this.#torn.delete(segment)
  }

  /** Cuts a file to the length that is known of it; one of which nothing is known goes. */
  async #cutBack(segment: Segment): Promise<void> {
    const path = this.#pathOf(segment)
    if (segment.bytes > 0) await orIfMissing(undefined, truncate(path, segment.bytes))
    else await rm(path, { force: true })
    this.#torn.delete(segment)
    if (segment.bytes === 0) this.#forget(segment)
  }

  async #leave(): Promise<void> {
    const handle = this.#handle
    this.#handle = undefined
    await handle?.close().catch(() => {})
  }

  #pathOf({ name }: Segment): string {
    return join(this.directory, name)
  }

  /** The content of the file that was read last is kept: batches lie one behind another and are asked for in order. */
  async #entriesOf(segment: Segment, line: number): Promise<ReadonlyMap<number, Buffer> | undefined> {
    const { name, bytes } = segment
    if (this.#cache?.name !== name || this.#cache.bytes !== bytes) {
      const content = await orIfMissing(Buffer.alloc(0), readFile(this.#pathOf(segment)))
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
    (error) => !isMissing(error),
  )
}

/** Names of a journal's files, oldest first. */
export async function segmentNames(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && SEGMENT_NAME.test(entry.name))
    .map(({ name }) => name)
    .sort()
}
