import { Buffer } from 'node:buffer'
import { rmSync, writeFileSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { EntryRange } from '../delivery/store/batch-store.js'
import { isMissing, orIfMissing } from './fs-error.js'
import { promises } from './promises.js'
import { FILE_HEAD, readLines } from './record.js'
import { Segment } from './segment.js'
import { doneLineOf } from './write-set.js'

export interface JournalEntry {
  readonly queue: number
  readonly number: number
}

export interface ReadEntry {
  readonly number: number
  readonly json: Buffer
}

const SEGMENT_NAME = /^\d{8}\.log$/

/**
 * The files of one writer. Files are appended to, never changed, and deleted from the oldest on once everything in them
 * is delivered or dropped. Calls must not overlap, except for the `Now` methods. Rejects with the errors of
 * the file system.
 */
export class Journal {
  /** Changes when the folder is moved. */
  directory: string
  readonly #segmentBytes: number
  readonly #segments: Segment[] = []
  /** Files that may hold a partial write after their known length. */
  readonly #torn = new Set<Segment>()
  /** Delivered or dropped, which the files do not record yet. */
  #ended: EntryRange[] = []
  #handle: FileHandle | undefined
  #lastNumber = 0
  #cache: { name: string; bytes: number; entries: ReadonlyMap<number, Buffer>[] } | undefined

  /**
   * @param segmentBytes size in bytes at which a new file is begun
   */
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

  /** Adds an existing file as the next in order. */
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
      if (isNew) this.#handle = await promises().open(this.#pathOf(segment), 'ax', 0o600)
      await (this.#handle as FileHandle).appendFile(chunk)
      // A deleted file still accepts bytes through its open handle, but nobody can read them again.
      await promises().access(this.#pathOf(segment))
    } catch (error) {
      await this.#undo(segment, error)
      throw error
    }
    this.#note(segment, chunk.length, entries)
    if (segment.bytes >= this.#segmentBytes) await this.#leave()
  }

  /**
   * A failed write may leave part of the chunk in the file. The entries are still in memory: if they stayed in the
   * file, a later process would deliver them a second time, in another batch.
   */
  async #undo(segment: Segment, error: unknown): Promise<void> {
    // An existing file of this name does not belong to this journal.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      this.#forget(segment)
      return
    }
    const handle = this.#handle
    if (handle !== undefined && segment.bytes > 0 && !isMissing(error)) {
      // A file that can be truncated is continued: on a full disk it may have room for a line when a new file has none.
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

  /** The same synchronously, into a new file: an asynchronous write may be running. */
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

  /** Counts entries as delivered or dropped. {@link record} writes that down. */
  end(range: EntryRange): void {
    if (!this.hasLive(range)) return
    const { queue, first, count } = range
    for (const segment of this.#segments) segment.end(queue, first, count)
    this.#ended.push(range)
  }

  /** Records which entries have come to their end, and deletes files that are no longer needed. */
  async record(): Promise<void> {
    const ended = this.#ended
    this.#ended = []
    try {
      // A journal without live entries is deleted with all of its files, so nothing has to be recorded.
      if (ended.length > 0 && this.live > 0) await this.append(ended.map(doneLineOf))
    } catch (error) {
      this.#ended.unshift(...ended)
      throw error
    } finally {
      // Also after a failed write: deleting a file needs no space, and deleted entries cannot be delivered twice.
      await this.trim()
    }
  }

  /** The same synchronously, without deleting anything. */
  recordNow(): void {
    if (this.#ended.length > 0) this.appendNow(this.#ended.map(doneLineOf))
    this.#ended = []
  }

  /**
   * Deletes files whose content is no longer needed. Later files record which entries of earlier ones are done, so the
   * oldest go first.
   */
  async trim(): Promise<void> {
    if (this.live === 0) await this.#leave()
    const keepsLast = this.live > 0 || this.#handle !== undefined
    while (this.#segments.length > (keepsLast ? 1 : 0) && (this.#segments[0] as Segment).live === 0) {
      await this.removeOldest()
    }
  }

  /** Deletes the oldest file, whatever it holds. Resolves to false if there is none. */
  async removeOldest(): Promise<boolean> {
    const [segment] = this.#segments
    if (segment === undefined) return false
    if (this.#segments.length === 1) await this.#leave()
    await promises().rm(this.#pathOf(segment), { force: true })
    this.#forget(segment)
    return true
  }

  /** Forgets files that somebody else has deleted. Resolves to whether there were any. */
  async forgetDeleted(): Promise<boolean> {
    const areThere = await Promise.all(this.#segments.map((segment) => isThere(this.#pathOf(segment))))
    const left = this.#segments.filter((_, n) => areThere[n])
    if (left.length === this.#segments.length) return false
    this.#segments.splice(0, Number.POSITIVE_INFINITY, ...left)
    return true
  }

  /** Whether any of these entries is in it and neither delivered nor dropped. */
  hasLive({ queue, first, count }: EntryRange): boolean {
    return this.#segments.some((segment) => segment.hasLive(queue, first, count))
  }

  /** Whether all of these entries are in files that are there. */
  holds({ queue, first, count }: EntryRange): boolean {
    const there = this.#segments.reduce((sum, segment) => sum + segment.overlap(queue, first, count), 0)
    return there >= count
  }

  /**
   * Reads the entries in order, without those that cannot be read back.
   * @throws the error of the file system, except for a missing file: then its entries are omitted
   */
  async read({ queue, first, count }: EntryRange): Promise<ReadEntry[]> {
    const found = new Map<number, Buffer>()
    // A copy: older files may be deleted while these are read.
    const segments = this.#segments.filter((segment) => segment.overlap(queue, first, count) > 0)
    for (const segment of segments) {
      const entries = await this.#entriesOf(segment, queue)
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
    for (const { queue, number } of entries) segment.add(queue, number)
  }

  #forget(segment: Segment): void {
    const index = this.#segments.indexOf(segment)
    if (index >= 0) this.#segments.splice(index, 1)
    this.#torn.delete(segment)
  }

  /** Truncates a file to its known length. Deletes a file of which no length is known. */
  async #cutBack(segment: Segment): Promise<void> {
    const path = this.#pathOf(segment)
    if (segment.bytes > 0) await orIfMissing(undefined, promises().truncate(path, segment.bytes))
    else await promises().rm(path, { force: true })
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

  /** The content of the file read last is cached, because consecutive batches are read in order. */
  async #entriesOf(segment: Segment, queue: number): Promise<ReadonlyMap<number, Buffer> | undefined> {
    const { name, bytes } = segment
    if (this.#cache?.name !== name || this.#cache.bytes !== bytes) {
      const content = await orIfMissing(Buffer.alloc(0), promises().readFile(this.#pathOf(segment)))
      const entries = [new Map<number, Buffer>(), new Map<number, Buffer>()]
      readLines(
        content,
        (record) => record.kind === 'entry' && entries[record.queue]?.set(record.number, record.json),
        () => {},
      )
      this.#cache = { name, bytes, entries }
    }
    return this.#cache.entries[queue]
  }
}

/** False only if the path certainly does not exist. */
export async function isThere(path: string): Promise<boolean> {
  return promises()
    .access(path)
    .then(
      () => true,
      (error) => !isMissing(error),
    )
}

/** Names of a journal's files, oldest first. */
export async function segmentNames(directory: string): Promise<string[]> {
  const entries = await promises().readdir(directory, { withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && SEGMENT_NAME.test(entry.name))
    .map(({ name }) => name)
    .sort()
}
