import type { Buffer } from 'node:buffer'
import { rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import type { Clock } from '../clock.js'
import { warnOnce } from '../errors.js'
import type { Pending } from './backlog.js'
import { isThere, Journal, type Range } from './journal.js'
import { Legacies } from './legacies.js'
import { claimFolder, type Owner } from './owner.js'
import { countFitting, doneLineOf, linesOf, type SpoolBorder, type SpoolPages } from './pages.js'
import { listLegacies, openPlace, placeOf } from './place.js'
import { Shelf } from './shelf.js'

export interface SpoolOptions {
  readonly directory: string
  /** Most bytes of all files of this process, those it has taken over included. */
  readonly maxBytes: number
  readonly apiUrl: string
  readonly apiKey: string
  readonly clock: Clock
  readonly newId: () => string
  /** Entries of others that are now ours to deliver; a negative number when they no longer are. */
  readonly onTakenOver: (entries: number) => void
  readonly onLost: (reason: 'spool_full' | 'spool_corrupt', entries: number) => void
}

export interface SpoolBatch extends SpoolBorder {
  readonly entries: readonly Buffer[]
  readonly isOwn: boolean
}

/** A batch on its way, and where it belongs. */
interface TakenBatch extends SpoolBatch {
  readonly shelf: Shelf
  /** Of the entries that are left of it. */
  readonly numbers: readonly number[]
}

/** After the disk has failed it is not asked again for so long. */
const PATIENCE_MS = 30_000
const LARGEST_SEGMENT_BYTES = 1024 * 1024

/**
 * What is not yet delivered, on disk: one folder per address and key, in it one per process, in that the files
 * to which it appends. What processes leave behind that live no more is taken over. Nothing here throws or
 * rejects; a disk that fails is told once, and tried again now and then.
 */
export class Spool {
  /** Called when there is something to take. */
  onBacklog: () => void = () => {}
  readonly #options: SpoolOptions
  readonly #legacies: Legacies
  readonly #segmentBytes: number
  #apiUrl: string
  #place: string
  #owner: Owner | undefined
  #own: Shelf | undefined
  /** All that changes files stands in one line. */
  #line: Promise<unknown> = Promise.resolve()
  /**
   * Has come to its end, and is not yet written down: in groups, each in line behind the writes that had begun by
   * then. A word about an end that stood before its entry would go with an older file, and the entry come back.
   */
  readonly #ended = new Set<Range[]>()
  /** The group that is last in line, unless a write has begun since. */
  #lastEnded: Range[] | undefined
  /** What is being read to be sent: in no backlog any more, and not yet on its way. */
  #opening: { readonly shelf: Shelf; readonly pending: Pending } | undefined
  #failedAt = Number.NEGATIVE_INFINITY

  constructor(options: SpoolOptions) {
    this.#options = options
    this.#segmentBytes = Math.min(LARGEST_SEGMENT_BYTES, Math.ceil(options.maxBytes / 16))
    this.#legacies = new Legacies({ ...options, segmentBytes: this.#segmentBytes })
    this.#apiUrl = options.apiUrl
    this.#place = placeOf(options.directory, options.apiUrl, options.apiKey)
    try {
      this.#claim()
    } catch (error) {
      this.#fail(error)
    }
  }

  /** Entries that are nowhere but here, and not on their way. */
  get count(): number {
    const opening = this.#opening?.pending.present ?? 0
    return this.#shelves.reduce((sum, { backlog }) => sum + backlog.count, opening)
  }

  /** Numbers of the oldest of these that this process wrote, by line; Infinity for none. */
  get oldest(): readonly number[] {
    const opening = this.#opening?.shelf.isOwn ? this.#opening.pending : undefined
    return [0, 1].map((line) => {
      const oldest = this.#own?.backlog.oldest(line) ?? Number.POSITIVE_INFINITY
      return opening?.line === line ? Math.min(oldest, opening.first) : oldest
    })
  }

  /** Takes over what the dead have left, now and from then on once a minute. */
  async lookAround(): Promise<void> {
    await this.#legacies.look(() => this.#owner && { place: this.#place, own: this.#owner.directory })
    if (this.count > 0) this.onBacklog()
  }

  /** Resolves to whether all of it is on disk. */
  write(pages: SpoolPages): Promise<boolean> {
    this.#lastEnded = undefined
    return this.#enqueue(async () => {
      if (this.#options.clock.monotonic() - this.#failedAt < PATIENCE_MS) return false
      const lines = linesOf(pages)
      const own = this.#own ?? this.#claim()
      await this.#makeRoom(lines.reduce((sum, { length }) => sum + length, 0))
      await own.journal.append(lines, pages.entries)
      return true
    }, false)
  }

  /** The same while everything stands still. */
  writeNow(pages: SpoolPages): boolean {
    try {
      const own = this.#own ?? this.#claim()
      own.journal.appendNow(linesOf(pages), pages.entries)
      return true
    } catch (error) {
      this.#fail(error)
      return false
    }
  }

  /** Entries that were written have come to their end. */
  settle(range: Range): void {
    if (this.#lastEnded !== undefined) {
      this.#lastEnded.push(range)
      return
    }
    const ended = [range]
    this.#lastEnded = ended
    this.#ended.add(ended)
    void this.#enqueue(async () => {
      if (this.#lastEnded === ended) this.#lastEnded = undefined
      this.#ended.delete(ended)
      const own = this.#own
      // At the end of the process somebody else may have seen to it.
      if (own === undefined || ended.length === 0) return
      for (const each of ended) own.journal.end(each)
      // When nothing is left the files go, and with them every word about what has ended.
      if (own.journal.live > 0) await own.journal.append(ended.map(doneLineOf))
      await own.journal.trim()
    }, undefined)
  }

  settleNow(ranges: readonly Range[]): void {
    const own = this.#own
    if (own === undefined) return
    const ended = [...this.#ended, ranges].flat()
    for (const group of this.#ended) group.length = 0
    for (const each of ended) own.journal.end(each)
    try {
      // What was taken over lies in the same folder, and must stay.
      if (own.journal.live > 0 || this.#legacies.shelves.length > 0) {
        if (ended.length > 0) own.journal.appendNow(ended.map(doneLineOf))
      } else {
        rmSync(own.journal.directory, { recursive: true, force: true })
        this.#owner?.release()
        this.#owner = undefined
        this.#own = undefined
      }
    } catch {
      // Then it is sent once more, under the ids it had.
    }
  }

  /** Entries that were written are nowhere but here from now on. */
  entrust(range: Range, id: string | undefined): void {
    const { line, first, count } = range
    if (this.#own?.journal.holds(range)) {
      this.#own.backlog.add({ line, first, count, present: count, id })
      this.onBacklog()
    } else {
      // The oldest files had to go, and these were in them.
      this.settle(range)
      this.#options.onLost('spool_full', count)
    }
  }

  /**
   * The next batch that is nowhere but here, its border written; what others have left goes first. Two calls must
   * not overlap.
   */
  async next(): Promise<SpoolBatch | undefined> {
    for (const shelf of [...this.#shelves]) {
      for (let pending = shelf.take(); pending !== undefined; pending = shelf.take()) {
        this.#opening = { shelf, pending }
        const batch = await this.#open(shelf, pending)
        this.#opening = undefined
        if (batch !== undefined) return batch
      }
    }
    return undefined
  }

  /** It has come to its end. */
  finish(batch: SpoolBatch): void {
    const { shelf } = batch as TakenBatch
    shelf.taken--
    this.#end(shelf, batch)
  }

  /** It is to be sent again later. */
  giveBack(batch: SpoolBatch, where: 'first' | 'last'): void {
    const { shelf, line, first, count, id, entries } = batch as TakenBatch
    if (shelf.journal.holds(batch)) {
      shelf.giveBack({ line, first, count, present: entries.length, id }, where)
      return
    }
    // Its file had to go while it was on its way.
    shelf.taken--
    this.#end(shelf, batch)
    this.#options.onLost('spool_full', entries.length)
  }

  /** Its halves are to be sent under ids of their own. False when it cannot be halved. */
  halve(batch: SpoolBatch): boolean {
    const { shelf, line, numbers } = batch as TakenBatch
    if (numbers.length < 2) return false
    const middle = Math.ceil(numbers.length / 2)
    shelf.taken--
    for (const half of [numbers.slice(middle), numbers.slice(0, middle)]) {
      const [first, last] = [half[0] as number, half.at(-1) as number]
      const pending = { line, first, count: last - first + 1, present: half.length, id: undefined }
      shelf.backlog.add(pending, 'first')
    }
    return true
  }

  /** Another address or key: what is ours moves along, what we took over stays with its project. */
  move(apiUrl: string, apiKey: string): Promise<void> {
    return this.#enqueue(async () => {
      const [before, place] = [this.#place, placeOf(this.#options.directory, apiUrl, apiKey)]
      if (place === before) return
      this.#apiUrl = apiUrl
      this.#place = place
      if (this.#owner === undefined || this.#own === undefined) return
      await this.#legacies.giveUp(before)
      openPlace(place, apiUrl)
      this.#owner.move(place)
      this.#own.journal.directory = this.#owner.directory
    }, undefined)
  }

  /** Lets go: what is left is for another to take over. */
  async close(): Promise<void> {
    await this.#legacies.close()
    await this.#enqueue(async () => {
      const own = this.#own
      if (own === undefined) return
      await own.journal.close()
      const isEmpty = own.journal.live === 0 && (await listLegacies(own.journal.directory)).length === 0
      if (isEmpty) await rm(own.journal.directory, { recursive: true, force: true })
    }, undefined)
    this.#owner?.release()
  }

  get #shelves(): readonly Shelf[] {
    return this.#own === undefined ? this.#legacies.shelves : [...this.#legacies.shelves, this.#own]
  }

  #claim(): Shelf {
    openPlace(this.#place, this.#apiUrl)
    this.#owner = claimFolder(this.#place, this.#options.clock)
    this.#own = new Shelf(new Journal(this.#owner.directory, this.#segmentBytes), true)
    return this.#own
  }

  /** Reads a batch and writes its border, unless it has one. Undefined when there is nothing left of it. */
  async #open(shelf: Shelf, pending: Pending): Promise<TakenBatch | undefined> {
    const { line, first, count } = pending
    const found = await shelf.journal.read(pending)
    const lost = pending.present - found.length
    // Its files may have had to go while they were read.
    if (lost > 0) this.#options.onLost(shelf.journal.holds(pending) ? 'spool_corrupt' : 'spool_full', lost)
    if (found.length === 0) {
      shelf.taken--
      this.#end(shelf, pending)
      return undefined
    }
    const read = found.map(({ json }) => json)
    // What has travelled stays whole, whatever its size: as another batch it would be taken twice.
    const fitting = pending.id === undefined ? countFitting(read) : read.length
    const numbers = found.slice(0, fitting).map(({ number }) => number)
    const end = found[fitting]?.number ?? first + count
    if (fitting < found.length) {
      const present = found.length - fitting
      shelf.backlog.add({ line, first: end, count: first + count - end, present, id: undefined }, 'first')
    }
    const border = { line, first, count: end - first, id: pending.id ?? this.#options.newId() }
    if (pending.id === undefined) {
      const written = linesOf({ borders: [border], entries: [] })
      // A disk that cannot take it must not keep what is on it from being delivered.
      await this.#enqueue(() => shelf.journal.append(written), undefined)
    }
    return { ...border, entries: read.slice(0, fitting), numbers, isOwn: shelf.isOwn, shelf }
  }

  #end(shelf: Shelf, range: Range): void {
    if (shelf.isOwn) {
      this.settle(range)
      return
    }
    void this.#enqueue(async () => {
      if (!this.#legacies.shelves.includes(shelf)) return
      if (!shelf.isSpent) await shelf.journal.append([doneLineOf(range)])
      await this.#legacies.discardSpent(shelf)
    }, undefined)
  }

  /** The oldest files go, those taken over first. */
  async #makeRoom(bytes: number): Promise<void> {
    const { maxBytes, onLost } = this.#options
    const all = this.#shelves
    let sum = all.reduce((total, { journal }) => total + journal.bytes, bytes)
    for (const shelf of all) {
      while (sum > maxBytes && shelf.journal.bytes > 0) {
        const before = shelf.journal.bytes
        await shelf.journal.removeOldest()
        sum -= before - shelf.journal.bytes
        for (const pending of shelf.forgetMissing()) {
          onLost('spool_full', pending.present)
          // What is left of it in the next file must not come back.
          shelf.journal.end(pending)
          await shelf.journal.append([doneLineOf(pending)])
        }
      }
    }
  }

  /** Runs it when all before it is done. */
  #enqueue<T>(task: () => Promise<T>, otherwise: T): Promise<T> {
    const done = this.#line.then(task).catch(async (error) => {
      this.#fail(error)
      await this.#mourn()
      return otherwise
    })
    this.#line = done
    return done
  }

  /**
   * After a failure: it may be that somebody has deleted files of ours. What stood nowhere else is lost and counted,
   * and there is no need of patience: the next write begins a file, and a folder, anew.
   */
  async #mourn(): Promise<void> {
    const own = this.#own
    if (own === undefined) return
    const hasFolder = await isThere(own.journal.directory)
    if (!(await own.journal.forgetDeleted()) && hasFolder) return
    for (const pending of own.forgetMissing()) {
      this.#options.onLost('spool_corrupt', pending.present)
      // What is left of it in another file must not come back.
      this.settle(pending)
    }
    if (!hasFolder) {
      this.#owner?.release()
      this.#own = undefined
    }
    this.#failedAt = Number.NEGATIVE_INFINITY
  }

  #fail(error: unknown): void {
    const { clock, directory } = this.#options
    this.#failedAt = clock.monotonic()
    warnOnce(
      'LOGNITOR_SPOOL_UNAVAILABLE',
      `The spool in ${directory} cannot be used (${(error as Error).message}). Logs are held in memory only until it can.`,
    )
  }
}
