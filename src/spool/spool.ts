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
  /** Most bytes of all files of this process, those it has taken over included. */
  readonly maxBytes: number
  readonly clock: Clock
  readonly newId: () => string
  /** Entries of others that are now ours to deliver; a negative number when they no longer are. */
  readonly onTakenOver: (entries: number) => void
  readonly onLost: (reason: 'spool_full' | 'spool_corrupt', entries: number) => void
}

const LARGEST_SEGMENT_BYTES = 1024 * 1024
const NOTHING: WriteSet = { marks: [], entries: [] }

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

  /** Entries that are nowhere but here, and not being sent; those left to a former destination included. */
  get count(): number {
    return this.#stored.count + this.#formers.leftBehind
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
    this.#own.acks.writeBegins()
    return this.#disk.run(async () => {
      // Without its mark a batch that is on disk would be delivered again under another id: that is always tried.
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
      former.releaseHeld(range)
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
   * Entries that were written are nowhere but here from now on.
   * @param id under which they have travelled
   * @param mayBeTaken the service may have taken them under that id
   */
  spill(range: Range, id: string | undefined, attempts = 0, mayBeTaken = false): void {
    const { line, first, count } = range
    const former = this.#formers.with(range)
    if (former !== undefined) {
      former.releaseHeld(range)
      this.#leave(former.source, count)
    } else if (this.#own.source?.journal.holds(range)) {
      this.#stored.add(this.#own.source, { line, first, count, present: count, id, attempts, mayBeTaken })
      this.onBacklog()
    } else {
      // The oldest files had to be deleted, and these were in them.
      this.ack(range)
      this.#options.onLost('spool_full', count)
    }
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

  /** The batch is to be sent again later, whole. */
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
   * Another destination. What is this process's own goes there, except for batches that the project of another key
   * may have taken: these stay with it, and so does what was taken over.
   */
  move(apiUrl: string, apiKey: string): Promise<void> {
    const before = this.#own.destination
    if (before.apiUrl === apiUrl && before.apiKey === apiKey) return Promise.resolve()
    this.#own.destination = { apiUrl, apiKey }
    const retired = this.#orphans.retire()
    // Noted now: until the folders are moved a batch may be acknowledged, and its journal must still be here for that.
    const sending = retired.filter(({ taken }) => taken > 0)
    for (const source of retired) this.#leave(source, countOf(this.#stored.remove(source, () => true)))
    const { source } = this.#own
    if (source === undefined) return Promise.resolve()
    // The key names the project, whatever its address: what it may have taken means the same to it there.
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
   * Lets go: what is left is for another process to take over.
   * @param timeoutMs a disk that has not answered by then is not waited for
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

  /** In the order in which they are sent from. */
  get #sources(): readonly SpoolSource[] {
    const { source } = this.#own
    return source === undefined ? this.#orphans.sources : [...this.#orphans.sources, source]
  }

  #folderOf(destination: Destination): string {
    return destinationFolder(this.#options.directory, destination)
  }

  /** A disk that cannot take the mark must not keep what is on it from being delivered. */
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
        // Before the folder is deleted, since that may fail.
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

  /** Batches that were given back while the destination changed. */
  #landLeft(): void {
    for (const batch of this.#stored.taken) {
      if (!batch.isLeft) continue
      this.#stored.land(batch)
      this.#leave(batch.source, batch.entries.length)
    }
  }

  /**
   * The own folder could not be moved: it stays with the former destination, and the next write makes a new one.
   * Otherwise what is logged from here on would be delivered to the former destination.
   */
  async #abandon(own: SpoolSource): Promise<void> {
    if (this.#own.source !== own) return
    own.isRetired = true
    this.#formers.leftBehind += countOf(this.#stored.remove(own, () => true))
    // What memory has goes to the new destination, and must not go to the former one, too.
    await this.#own.abandon(this.inMemory())
    this.#disk.isWell()
    this.onForgotten()
    this.#landLeft()
  }

  /**
   * After a failure: somebody may have deleted files of ours. What was nowhere else is lost and counted, and the disk
   * itself works: the next write begins a new file, and a new folder.
   */
  async #forgetDeleted(): Promise<void> {
    const { source } = this.#own
    if (source === undefined) return
    const hasFolder = await isThere(source.journal.directory)
    if (!(await source.journal.forgetDeleted()) && hasFolder) return
    for (const pending of source.forgetMissing()) {
      this.#options.onLost('spool_corrupt', pending.present)
      // The rest of it in another file must not be delivered.
      this.ack(pending)
    }
    if (!hasFolder) this.#own.releaseHeld()
    this.#disk.isWell()
  }
}
