import type { Clock, TimerHandle } from '../common/clock.js'
import { type Destination, destinationFolder } from './destination-folder.js'
import { DiskOrder } from './disk-order.js'
import { FormerDestination } from './former-destination.js'
import { countOf, FormerDestinations } from './former-destinations.js'
import { isThere } from './journal.js'
import { makeRoom } from './make-room.js'
import { moveOwn, type OwnMove } from './move-own.js'
import { Orphans } from './orphans.js'
import { OwnFolder } from './own-folder.js'
import { claimFolder } from './owner.js'
import type { SpoolSource } from './spool-source.js'
import { type SendAgain, type SpoolBatch, StoredBatches, type TakenBatch } from './stored-batches.js'
import { type BatchMark, doneLineOf, linesOf, type Range, type WriteSet } from './write-set.js'

export interface SpoolOptions extends Destination {
  readonly directory: string
  /** Most bytes in all files of this process, including those it has taken over. */
  readonly maxBytes: number
  readonly clock: Clock
  readonly newId: () => string
  /**
   * Called with the number of entries taken over from other processes; negative for entries that this process gives up.
   */
  readonly onTakenOver: (entries: number) => void
  readonly onLost: (reason: 'spool_full' | 'spool_corrupt', entries: number) => void
}

const LARGEST_SEGMENT_BYTES = 1024 * 1024
const NOTHING: WriteSet = { marks: [], entries: [] }

/**
 * Undelivered entries on disk: one folder per destination, in it one per process, in that the append-only files. Takes
 * over what processes that have ended left for the same destination. Nothing here throws or rejects. A failing disk is
 * warned of once, and tried again after a pause.
 */
export class Spool {
  /** Called when there may be a batch to take. */
  onBacklog: () => void = () => {}
  /** Called when the disk has lost everything that memory still has. */
  onForgotten: () => void = () => {}
  /** Returns the written entries that are still in memory. */
  inMemory: () => readonly Range[] = () => []
  /** The batches in memory that a destination before, with this key, may have taken. */
  boundInMemory: (apiKey: string) => WriteSet = () => NOTHING
  readonly #options: SpoolOptions
  readonly #segmentBytes: number
  readonly #disk: DiskOrder
  readonly #own: OwnFolder
  readonly #orphans: Orphans
  readonly #formers = new FormerDestinations()
  readonly #stored: StoredBatches

  constructor(options: SpoolOptions) {
    const { directory, maxBytes, apiUrl, apiKey, clock, newId, onTakenOver, onLost } = options
    this.#options = options
    const segmentBytes = Math.min(LARGEST_SEGMENT_BYTES, Math.ceil(maxBytes / 16))
    this.#segmentBytes = segmentBytes
    this.#disk = new DiskOrder(directory, clock)
    this.#disk.onFailure = () => this.#forgetDeleted()
    this.#own = new OwnFolder({ directory, clock, segmentBytes }, { apiUrl, apiKey })
    this.#stored = new StoredBatches({
      clock,
      newId,
      sources: () => this.#sources,
      writeMark: (source, mark) => this.#writeMark(source, mark),
      onEmpty: (source, pending) => this.#end(source, pending),
      onLost,
      onUnreadable: (source, error) => this.#disk.warnOf(source.journal.directory, error),
      onRetired: (source, pending) => this.#leave(source, pending.present),
      onRetry: () => this.onBacklog(),
    })
    this.#orphans = new Orphans({
      clock,
      segmentBytes,
      // A disk that failed at the start may work by now.
      prepare: () => this.#disk.run(async () => void this.#own.claim(), undefined),
      home: () => {
        const { owner, destination } = this.#own
        return owner && { destination, folder: this.#folderOf(destination), own: owner.directory }
      },
      inOrder: (step) => this.#disk.step(step),
      add: (source, pending) => this.#stored.add(source, pending),
      onTakenOver,
      onLost,
      onFailure: (error) => this.#disk.warnOf(directory, error),
      onLooked: () => {
        if (this.hasNext) this.onBacklog()
      },
    })
    try {
      this.#own.claim()
    } catch (error) {
      this.#disk.fail(error)
    }
  }

  /** Entries that are on disk only and not being sent, including those left to a former destination. */
  get count(): number {
    return this.#stored.count + this.#formers.leftBehind
  }

  /** Whether a batch can be taken now. */
  get hasNext(): boolean {
    return this.#stored.hasNext
  }

  /** Numbers of the oldest of these entries that this process wrote, by queue; Infinity for none. */
  get oldest(): readonly number[] {
    return this.#stored.oldest
  }

  /** Takes over what processes that have ended have left, now and then once a minute. */
  lookAround(): Promise<void> {
    return this.#orphans.look()
  }

  /** Resolves to whether the whole set is on disk. */
  write(set: WriteSet): Promise<boolean> {
    this.#own.acks.writeBegins()
    return this.#disk.run(async () => {
      // A mark is written even while the disk rests: without it, a batch on disk would be sent again under another id.
      if (this.#disk.isResting && set.marks.length === 0) return false
      const { maxBytes, onLost } = this.#options
      const lines = linesOf(set)
      const { journal } = this.#own.claim()
      const bytes = lines.reduce((sum, { length }) => sum + length, 0)
      await makeRoom(this.#sources, bytes, maxBytes, ({ present }) => onLost('spool_full', present))
      await journal.append(lines, set.entries)
      return true
    }, false)
  }

  /** The same synchronously. */
  writeNow(set: WriteSet): boolean {
    try {
      this.#own.claim().journal.appendNow(linesOf(set), set.entries)
      return true
    } catch (error) {
      this.#disk.fail(error)
      return false
    }
  }

  /** Whether a destination of before has these entries on disk. */
  isLeftWithFormer(range: Range): boolean {
    return this.#formers.with(range) !== undefined
  }

  /** Entries that were written are delivered or dropped. */
  ack(range: Range): void {
    const former = this.#formers.with(range)
    if (former !== undefined) {
      former.forget(range)
      void this.#disk.run(async () => {
        await former.ack(former.source, range).finally(() => this.#formers.releaseIdle())
      }, undefined)
      return
    }
    const { acks } = this.#own
    const group = acks.add(range)
    if (group === undefined) return
    void this.#disk.run(async () => {
      if (this.#own.source !== undefined) await acks.write(group, this.#own.source.journal)
    }, undefined)
  }

  /** The same synchronously. */
  ackNow(ranges: readonly Range[]): void {
    this.#own.ackNow(ranges.filter((range) => this.#formers.with(range)?.ackNow(range) !== true))
  }

  /**
   * Written entries have left memory and are on disk only from here on.
   * @param id the id under which they were sent
   * @param mayBeTaken the service may have accepted them under that id
   */
  spill(range: Range, id: string | undefined, attempts = 0, mayBeTaken = false): void {
    const { queue, first, count } = range
    const former = this.#formers.with(range)
    if (former !== undefined) {
      former.forget(range)
      this.#leave(former.source, count)
    } else if (this.#own.source?.journal.holds(range)) {
      this.#stored.add(this.#own.source, { queue, first, count, present: count, id, attempts, mayBeTaken })
      this.onBacklog()
    } else {
      // The files with these entries had to be deleted to make room.
      this.ack(range)
      this.#options.onLost('spool_full', count)
    }
  }

  /** The next batch that is on disk only, with its mark written. Calls must not overlap. */
  next(): Promise<SpoolBatch | undefined> {
    return this.#stored.next()
  }

  /** The batch is delivered or dropped. */
  ackBatch(batch: SpoolBatch): void {
    const taken = batch as TakenBatch
    this.#stored.land(taken)
    this.#end(taken.source, batch)
  }

  /** The whole batch is to be sent again later. */
  nack(batch: SpoolBatch, again: SendAgain): void {
    const taken = batch as TakenBatch
    const { source, entries } = taken
    if (source.isRetired) {
      this.#stored.land(taken)
      this.#leave(source, entries.length)
    } else if (again.mayBeTaken && batch.destination.apiKey !== source.destination.apiKey) {
      taken.isLeft = true
    } else if (source.journal.holds(batch)) {
      this.#stored.putBack(taken, again)
    } else {
      // The file had to be deleted while the batch was being sent.
      this.#stored.land(taken)
      this.#end(source, batch)
      this.#options.onLost('spool_full', entries.length)
    }
  }

  /** Divides the batch into halves with ids of their own. False when it cannot be halved. */
  halve(batch: SpoolBatch): boolean {
    const taken = batch as TakenBatch
    if (!taken.source.isRetired) return this.#stored.halve(taken)
    this.#stored.land(taken)
    this.#leave(taken.source, batch.entries.length)
    return true
  }

  /**
   * Changes the destination. This process's own folder moves to the new one. Batches that another project may have
   * accepted stay with the former destination, and so do journals that were taken over.
   */
  move(apiUrl: string, apiKey: string): Promise<void> {
    const before = this.#own.destination
    if (before.apiUrl === apiUrl && before.apiKey === apiKey) return Promise.resolve()
    this.#own.destination = { apiUrl, apiKey }
    const retired = this.#orphans.retire()
    // Computed now: a batch may be acknowledged before the folders are moved, and that needs its journal.
    const sending = retired.filter(({ taken }) => taken > 0)
    for (const source of retired) this.#leave(source, countOf(this.#stored.remove(source, () => true)))
    const { source } = this.#own
    if (source === undefined) return Promise.resolve()
    // The key names the project, whatever the address: with the same key a batch id still means the same.
    const isBound = before.apiKey !== apiKey
    this.#formers.bind(this.#stored.remove(source, ({ mayBeTaken }) => mayBeTaken && isBound))
    const inMemory = () => (isBound ? this.#formers.notHeldYet(this.boundInMemory(before.apiKey)) : NOTHING)
    const moved = this.#disk.run(async () => {
      try {
        await this.#moveOwn(source, before, { retired, sending, inMemory })
      } catch (error) {
        await this.#abandon(source)
        throw error
      }
    }, undefined)
    void moved.then(() => this.lookAround())
    return moved
  }

  /**
   * Closes the spool. What is left is for another process to take over.
   * @param timeoutMs longest wait for the disk
   */
  async close(timeoutMs: number): Promise<void> {
    const { clock } = this.#options
    this.#orphans.close()
    this.#stored.close()
    let timer: TimerHandle
    const tooLate = new Promise<void>((resolve) => {
      timer = clock.setTimer(resolve, timeoutMs)
    })
    const closed = this.#disk.run(async () => {
      await this.#orphans.closeFiles()
      await this.#own.close()
      await this.#formers.close()
    }, undefined)
    await Promise.race([closed, tooLate])
    clock.clearTimer(timer)
    this.#disk.release()
    this.#own.owner?.release()
  }

  /** In the order in which batches are taken from them. */
  get #sources(): readonly SpoolSource[] {
    const { source } = this.#own
    return source === undefined ? this.#orphans.sources : [...this.#orphans.sources, source]
  }

  #folderOf(destination: Destination): string {
    return destinationFolder(this.#options.directory, destination)
  }

  /** A failure is ignored: a disk that cannot store the mark must not keep its batches from being delivered. */
  async #writeMark(source: SpoolSource, mark: BatchMark): Promise<void> {
    const lines = linesOf({ marks: [mark], entries: [] })
    await this.#disk.run(async () => {
      if (!source.isRetired) await source.journal.append(lines)
    }, undefined)
  }

  /** Entries of a source are delivered or dropped. */
  #end(source: SpoolSource, range: Range): void {
    if (source === this.#own.source) {
      this.ack(range)
      return
    }
    void this.#disk.run(async () => {
      const former = this.#formers.of(source)
      if (former !== undefined) await former.ack(source, range).finally(() => this.#formers.releaseIdle())
      else if (this.#orphans.sources.includes(source)) {
        // Recorded before the folder is deleted, since the deletion may fail.
        await source.journal.append([doneLineOf(range)]).finally(() => this.#orphans.removeSpent(source))
      }
    }, undefined)
  }

  /** Entries stay with the former destination. */
  #leave(source: SpoolSource, entries: number): void {
    if (source.isOwn) this.#formers.leftBehind += entries
    else this.#options.onTakenOver(-entries)
    void this.#disk.run(() => this.#formers.releaseIdle(), undefined)
  }

  async #moveOwn(
    own: SpoolSource,
    before: Destination,
    left: Pick<OwnMove, 'retired' | 'sending' | 'inMemory'>,
  ): Promise<void> {
    const { owner, destination } = this.#own
    if (this.#own.source !== own || owner === undefined) return
    const folder = this.#folderOf(before)
    await moveOwn({
      owner,
      own,
      before: folder,
      after: this.#folderOf(destination),
      apiUrl: destination.apiUrl,
      ...left,
      taken: () =>
        this.#stored.taken.filter(
          (each) => each.source === own && each.destination.apiKey !== destination.apiKey,
        ),
      bound: this.#formers.takeBound(),
      openFormer: () => {
        const owner = claimFolder(folder, this.#options.clock)
        const former = new FormerDestination(owner, before, this.#segmentBytes)
        this.#formers.add(former)
        return former
      },
    })
    this.#landLeft()
  }

  /** Gives up the batches that were returned while the destination changed. */
  #landLeft(): void {
    for (const batch of this.#stored.taken) {
      if (!batch.isLeft) continue
      this.#stored.land(batch)
      this.#leave(batch.source, batch.entries.length)
    }
  }

  /**
   * The own folder could not be moved. The folder stays with the former destination, and the next write creates a new
   * one; otherwise new logs would be delivered to the former destination.
   */
  async #abandon(own: SpoolSource): Promise<void> {
    if (this.#own.source !== own) return
    own.isRetired = true
    this.#formers.leftBehind += countOf(this.#stored.remove(own, () => true))
    // Batches in memory go to the new destination, so the abandoned folder must not deliver them, too.
    await this.#own.abandon(this.inMemory())
    this.#disk.isWell()
    this.onForgotten()
    this.#landLeft()
  }

  /**
   * Called after a failure: somebody may have deleted files of this process. Entries that were on disk only are lost
   * and counted. The disk itself works: the next write begins a new file, and a new folder if needed.
   */
  async #forgetDeleted(): Promise<void> {
    const { source } = this.#own
    if (source === undefined) return
    const hasFolder = await isThere(source.journal.directory)
    if (!(await source.journal.forgetDeleted()) && hasFolder) return
    for (const pending of source.forgetMissing()) {
      this.#options.onLost('spool_corrupt', pending.present)
      // The rest of the batch in another file must not be delivered.
      this.ack(pending)
    }
    if (!hasFolder) this.#own.forget()
    this.#disk.isWell()
  }
}
