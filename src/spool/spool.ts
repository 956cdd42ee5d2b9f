import type { Clock, TimerHandle } from '../clock.js'
import { warnOnce } from '../errors.js'
import { AckLog } from './ack-log.js'
import type { Pending } from './backlog.js'
import { type Destination, destinationFolder, openDestination } from './destination-folder.js'
import { FormerDestination } from './former-destination.js'
import { isThere, Journal } from './journal.js'
import { moveOwn } from './move-own.js'
import { Orphans } from './orphans.js'
import { claimFolder, type Owner } from './owner.js'
import { removeOwnerFolder, removeOwnerFolderNow } from './owner-folder.js'
import { SerialTasks } from './serial-tasks.js'
import { SpoolSource } from './spool-source.js'
import { type SendAgain, type SpoolBatch, StoredBatches, type TakenBatch } from './stored-batches.js'
import { type BatchMark, doneLineOf, linesOf, type Range, type WriteSet } from './write-set.js'

export interface SpoolOptions extends Destination {
  readonly directory: string
  /** Most bytes of all files of this process, those it has taken over included. */
  readonly maxBytes: number
  readonly clock: Clock
  readonly newId: () => string
  /** Entries of others that are now ours to deliver; a negative number when they no longer are. */
  readonly onTakenOver: (entries: number) => void
  readonly onLost: (reason: 'spool_full' | 'spool_corrupt', entries: number) => void
}

/** After the disk has failed, entries are not written for this time. */
const WRITE_AGAIN_MS = 30_000
const LARGEST_SEGMENT_BYTES = 1024 * 1024

/**
 * What is not yet delivered, on disk: one folder per destination, in it one per process, in that the files to which
 * it appends. What dead processes left for the same destination is taken over. Nothing here throws or rejects; a
 * disk that fails is warned of once and tried again now and then.
 */
export class Spool {
  /** Called when there may be something to take. */
  onBacklog: () => void = () => {}
  /** Called when nothing that memory still has is on disk any more. */
  onForgotten: () => void = () => {}
  /** The written entries that memory still has. */
  inMemory: () => readonly Range[] = () => []
  /** The batches in memory that the destination before may have taken. */
  boundInMemory: () => WriteSet = () => ({ marks: [], entries: [] })
  readonly #options: SpoolOptions
  readonly #orphans: Orphans
  readonly #stored: StoredBatches
  readonly #segmentBytes: number
  #destination: Destination
  #owner: Owner | undefined
  #own: SpoolSource | undefined
  /** Batches of this process that a former destination may have taken, and that are still to be left with it. */
  readonly #bound: Pending[] = []
  /** Own entries that stay on disk for a former destination. */
  #leftBehind = 0
  readonly #formers = new Set<FormerDestination>()
  /** Everything that changes files or moves folders runs in this one order. */
  readonly #tasks = new SerialTasks()
  readonly #acks = new AckLog()
  #failedAt = Number.NEGATIVE_INFINITY
  /** The folder may be another process's by now. */
  #isReleased = false

  constructor(options: SpoolOptions) {
    const { directory, maxBytes, apiUrl, apiKey, clock, newId, onTakenOver, onLost } = options
    this.#options = options
    this.#segmentBytes = Math.min(LARGEST_SEGMENT_BYTES, Math.ceil(maxBytes / 16))
    this.#destination = { apiUrl, apiKey }
    this.#stored = new StoredBatches({
      clock,
      newId,
      sources: () => this.#sources,
      writeMark: (source, mark) => this.#writeMark(source, mark),
      onEmpty: (source, pending) => this.#end(source, pending),
      onLost,
      onUnreadable: (source, error) => this.#warnOf(source.journal.directory, error),
      onRetired: (source, pending) => this.#leave(source, pending.present),
      onRetry: () => this.onBacklog(),
    })
    this.#orphans = new Orphans({
      clock,
      segmentBytes: this.#segmentBytes,
      // A disk that failed at the start may work by now.
      prepare: () => this.#enqueue(async () => void (this.#own ?? this.#claim()), undefined),
      home: () =>
        this.#owner && {
          destination: this.#destination,
          folder: destinationFolder(directory, this.#destination),
          own: this.#owner.directory,
        },
      inOrder: (step) => this.#tasks.run(step),
      add: (source, pending) => this.#stored.add(source, pending),
      onTakenOver,
      onLost,
      onFailure: (error) => this.#warnOf(directory, error),
      onLooked: () => this.#tellBacklog(),
    })
    try {
      this.#claim()
    } catch (error) {
      this.#fail(error)
    }
  }

  /** Entries that are nowhere but here, and not being sent; those left to a former destination included. */
  get count(): number {
    return this.#stored.count + this.#leftBehind
  }

  /** Whether one of them can be taken now. */
  get hasNext(): boolean {
    return this.#stored.hasNext
  }

  /** Numbers of the oldest of these that this process wrote, by queue; Infinity for none. */
  get oldest(): readonly number[] {
    return this.#stored.oldest
  }

  /** Takes over what the dead have left, now and from then on once a minute. */
  lookAround(): Promise<void> {
    return this.#orphans.look()
  }

  /** Resolves to whether all of it is on disk. */
  write(set: WriteSet): Promise<boolean> {
    this.#acks.writeBegins()
    return this.#enqueue(async () => {
      const isWaiting = this.#options.clock.monotonic() - this.#failedAt < WRITE_AGAIN_MS
      // Without its mark a batch that is on disk would be delivered again under another id: that is always tried.
      if (isWaiting && set.marks.length === 0) return false
      const lines = linesOf(set)
      const own = this.#own ?? this.#claim()
      await this.#makeRoom(lines.reduce((sum, { length }) => sum + length, 0))
      await own.journal.append(lines, set.entries)
      return true
    }, false)
  }

  /** The same synchronously. */
  writeNow(set: WriteSet): boolean {
    try {
      const own = this.#own ?? this.#claim()
      own.journal.appendNow(linesOf(set), set.entries)
      return true
    } catch (error) {
      this.#fail(error)
      return false
    }
  }

  /** Entries that were written are delivered or dropped. */
  ack(range: Range): void {
    const former = this.#formerWith(range)
    if (former !== undefined) {
      former.letGo(range)
      void this.#enqueue(() => former.ack(former.source, range).finally(() => this.#releaseIdle()), undefined)
      return
    }
    const group = this.#acks.add(range)
    if (group === undefined) return
    void this.#enqueue(async () => {
      if (this.#own !== undefined) await this.#acks.write(group, this.#own.journal)
    }, undefined)
  }

  /** The same synchronously. */
  ackNow(ranges: readonly Range[]): void {
    const own = this.#own
    if (own === undefined) return
    const done = this.#acks.takeAll(own.journal, ranges)
    try {
      if (own.journal.live === 0 && removeOwnerFolderNow(own.journal.directory)) this.#letGo()
      else if (done.length > 0) own.journal.appendNow(done.map(doneLineOf))
    } catch {
      // Then they are sent once more, under the ids they had.
    }
  }

  /**
   * Entries that were written are nowhere but here from now on.
   * @param id under which they have travelled
   * @param mayBeTaken the service may have taken them under that id
   */
  spill(range: Range, id: string | undefined, attempts = 0, mayBeTaken = false): void {
    const { line, first, count } = range
    const former = this.#formerWith(range)
    if (former !== undefined) {
      former.letGo(range)
      this.#leftBehind += count
      void this.#enqueue(() => this.#releaseIdle(), undefined)
    } else if (this.#own?.journal.holds(range)) {
      this.#stored.add(this.#own, { line, first, count, present: count, id, attempts, mayBeTaken })
      this.onBacklog()
    } else {
      // The oldest files had to be deleted, and these were in them.
      this.ack(range)
      this.#options.onLost('spool_full', count)
    }
  }

  /** The former destination that these entries were left to. */
  #formerWith(range: Range): FormerDestination | undefined {
    return [...this.#formers].find(({ source }) => source.journal.holds(range))
  }

  /** The next batch that is nowhere but here, its mark written. Two calls must not overlap. */
  next(): Promise<SpoolBatch | undefined> {
    return this.#stored.next()
  }

  /** The batch is delivered or dropped. */
  ackBatch(batch: SpoolBatch): void {
    const taken = batch as TakenBatch
    this.#stored.land(taken)
    this.#end(taken.source, batch)
  }

  /**
   * The batch is to be sent again later, whole.
   */
  nack(batch: SpoolBatch, again: SendAgain): void {
    const taken = batch as TakenBatch
    const { source, entries } = taken
    if (source.isRetired) {
      this.#stored.land(taken)
      this.#leave(source, entries.length)
    } else if (again.mayBeTaken && batch.destination !== source.destination) {
      taken.isLeft = true
    } else if (source.journal.holds(batch)) {
      this.#stored.putBack(taken, again)
    } else {
      // Its file had to be deleted while it was being sent.
      this.#stored.land(taken)
      this.#end(source, batch)
      this.#options.onLost('spool_full', entries.length)
    }
  }

  /** Its halves are to be sent under ids of their own. False when it cannot be halved. */
  halve(batch: SpoolBatch): boolean {
    const taken = batch as TakenBatch
    if (!taken.source.isRetired) return this.#stored.halve(taken)
    this.#stored.land(taken)
    this.#leave(taken.source, batch.entries.length)
    return true
  }

  /**
   * Another destination. What is this process's own and was never sent goes there. What the former destination may
   * have taken, and what was taken over for it, stays with it.
   */
  move(apiUrl: string, apiKey: string): Promise<void> {
    const before = this.#destination
    const destination = { apiUrl, apiKey }
    if (before.apiUrl === apiUrl && before.apiKey === apiKey) return Promise.resolve()
    this.#destination = destination
    const retired = this.#orphans.retire()
    for (const source of retired) this.#leave(source, countOf(this.#stored.remove(source, () => true)))
    const own = this.#own
    if (own === undefined) return Promise.resolve()
    own.destination = destination
    const bound = this.#stored.remove(own, ({ mayBeTaken }) => mayBeTaken)
    this.#bound.push(...bound)
    this.#leftBehind += countOf(bound)
    const inMemory = this.boundInMemory()
    const moved = this.#enqueue(async () => {
      try {
        await this.#moveOwn(own, before, retired, inMemory)
      } catch (error) {
        await this.#abandon(own)
        throw error
      }
    }, undefined)
    void moved.then(() => this.lookAround())
    return moved
  }

  /**
   * Lets go: what is left is for another process to take over.
   * @param timeoutMs a disk that has not answered by then is not waited for
   */
  async close(timeoutMs: number): Promise<void> {
    this.#orphans.close()
    this.#stored.close()
    let timer: TimerHandle
    const tooLate = new Promise<void>((resolve) => {
      timer = this.#options.clock.setTimer(resolve, timeoutMs)
    })
    const closed = this.#enqueue(async () => {
      await this.#orphans.closeFiles()
      await this.#own?.journal.close()
      if (this.#own?.journal.live === 0) await removeOwnerFolder(this.#own.journal.directory)
      for (const former of this.#formers) await former.release()
    }, undefined)
    await Promise.race([closed, tooLate])
    this.#options.clock.clearTimer(timer)
    this.#isReleased = true
    this.#owner?.release()
  }

  get #sources(): readonly SpoolSource[] {
    return this.#own === undefined ? this.#orphans.sources : [...this.#orphans.sources, this.#own]
  }

  #claim(): SpoolSource {
    const folder = destinationFolder(this.#options.directory, this.#destination)
    openDestination(folder, this.#destination.apiUrl)
    this.#owner = claimFolder(folder, this.#options.clock)
    const journal = new Journal(this.#owner.directory, this.#segmentBytes)
    this.#own = new SpoolSource(journal, this.#destination, true)
    return this.#own
  }

  #letGo(): void {
    this.#owner?.release()
    this.#owner = undefined
    this.#own = undefined
  }

  /** A disk that cannot take the mark must not keep what is on it from being delivered. */
  async #writeMark(source: SpoolSource, mark: BatchMark): Promise<void> {
    const lines = linesOf({ marks: [mark], entries: [] })
    await this.#enqueue(async () => {
      if (!source.isRetired) await source.journal.append(lines)
    }, undefined)
  }

  /** Entries of a source are delivered or dropped. */
  #end(source: SpoolSource, range: Range): void {
    if (source === this.#own) {
      this.ack(range)
      return
    }
    void this.#enqueue(async () => {
      const former = [...this.#formers].find((each) => each.has(source))
      if (former !== undefined) await former.ack(source, range).finally(() => this.#releaseIdle())
      else if (this.#orphans.sources.includes(source)) {
        // Before the folder is deleted, since that may fail.
        await source.journal.append([doneLineOf(range)]).finally(() => this.#orphans.removeSpent(source))
      }
    }, undefined)
  }

  /** Entries stay with the former destination. */
  #leave(source: SpoolSource, entries: number): void {
    if (source.isOwn) this.#leftBehind += entries
    else this.#options.onTakenOver(-entries)
    void this.#enqueue(() => this.#releaseIdle(), undefined)
  }

  async #releaseIdle(): Promise<void> {
    for (const former of this.#formers) {
      if (!former.isIdle) continue
      this.#formers.delete(former)
      await former.release()
    }
  }

  async #moveOwn(
    own: SpoolSource,
    before: Destination,
    retired: readonly SpoolSource[],
    inMemory: WriteSet,
  ): Promise<void> {
    const owner = this.#owner
    if (this.#own !== own || owner === undefined) return
    const { directory, clock } = this.#options
    const folder = destinationFolder(directory, before)
    await moveOwn({
      owner,
      own,
      before: folder,
      after: destinationFolder(directory, this.#destination),
      apiUrl: this.#destination.apiUrl,
      retired,
      taken: () => this.#stored.taken.filter((each) => each.source === own && each.destination === before),
      bound: this.#bound.splice(0),
      inMemory,
      openFormer: () => {
        const former = new FormerDestination(claimFolder(folder, clock), before, this.#segmentBytes)
        this.#formers.add(former)
        return former
      },
    })
    this.#landLeft()
  }

  /** Batches that were given back while the destination changed. */
  #landLeft(): void {
    for (const batch of this.#stored.taken) {
      if (!batch.isLeft) continue
      this.#stored.land(batch)
      this.#leave(batch.source, batch.entries.length)
    }
  }

  /**
   * The folder could not be moved: it stays with the former destination, and a new one is made at the next write.
   * Otherwise what is logged from here on would be delivered to the former destination.
   */
  async #abandon(own: SpoolSource): Promise<void> {
    if (this.#own !== own) return
    own.isRetired = true
    this.#leftBehind += countOf(this.#stored.remove(own, () => true))
    const inMemory = this.inMemory()
    const done = this.#acks.takeAll(own.journal, inMemory)
    this.#letGo()
    this.#failedAt = Number.NEGATIVE_INFINITY
    this.onForgotten()
    this.#landLeft()
    // What memory has goes to the new destination, and must not go to the former one, too.
    await own.journal.append(done.map(doneLineOf)).catch(() => {})
    await own.journal.close().catch(() => {})
  }

  /** The oldest files are deleted, those taken over first. */
  async #makeRoom(bytes: number): Promise<void> {
    const { maxBytes, onLost } = this.#options
    const all = this.#sources
    let sum = all.reduce((total, { journal }) => total + journal.bytes, bytes)
    for (const source of all) {
      while (sum > maxBytes && source.journal.bytes > 0) {
        const before = source.journal.bytes
        await source.journal.removeOldest()
        sum -= before - source.journal.bytes
        for (const pending of source.forgetMissing()) {
          onLost('spool_full', pending.present)
          // The rest of it in the next file must not be delivered.
          source.journal.end(pending)
          await source.journal.append([doneLineOf(pending)])
        }
      }
    }
  }

  /** Runs a task in order; a failure is warned of, and gives `otherwise`. */
  #enqueue<T>(task: () => Promise<T>, otherwise: T): Promise<T> {
    return this.#tasks.run(async () => {
      if (this.#isReleased) return otherwise
      try {
        return await task()
      } catch (error) {
        this.#fail(error)
        await this.#forgetDeleted()
        return otherwise
      }
    })
  }

  /**
   * After a failure: somebody may have deleted files of ours. What was nowhere else is lost and counted, and the disk
   * itself works: the next write begins a new file, and a new folder.
   */
  async #forgetDeleted(): Promise<void> {
    const own = this.#own
    if (own === undefined) return
    const hasFolder = await isThere(own.journal.directory)
    if (!(await own.journal.forgetDeleted()) && hasFolder) return
    for (const pending of own.forgetMissing()) {
      this.#options.onLost('spool_corrupt', pending.present)
      // The rest of it in another file must not be delivered.
      this.ack(pending)
    }
    if (!hasFolder) this.#letGo()
    this.#failedAt = Number.NEGATIVE_INFINITY
  }

  #tellBacklog(): void {
    if (this.hasNext) this.onBacklog()
  }

  #fail(error: unknown): void {
    const { clock, directory } = this.#options
    this.#failedAt = clock.monotonic()
    warnOnce(
      'LOGNITOR_SPOOL_UNAVAILABLE',
      `The spool in ${directory} cannot be used (${(error as Error).message}). Logs are held in memory only until it can.`,
    )
  }

  /** Something in the spool cannot be looked at. Nobody knows that it is lost: it stays where it is. */
  #warnOf(where: string, error: unknown): void {
    warnOnce(
      'LOGNITOR_SPOOL_UNAVAILABLE',
      `A part of the spool cannot be read (${where}: ${(error as Error).message}). It stays there and is tried again.`,
      where,
    )
  }
}

function countOf(pending: readonly Pending[]): number {
  return pending.reduce((sum, { present }) => sum + present, 0)
}
