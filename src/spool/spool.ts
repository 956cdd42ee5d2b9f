import type { Clock, TimerHandle } from '../common/clock.js'
import type {
  BatchDestination,
  BatchMark,
  BatchStore,
  EntryRange,
  SendAgain,
  SpilledBatch,
  StoredBatch,
  StoreUser,
  WriteSet,
} from '../delivery/store/batch-store.js'
import { AckGroups } from './ack-groups.js'
import { DiskOrder } from './disk-order.js'
import { isThere } from './journal.js'
import { makeRoom } from './make-room.js'
import { moveOwn } from './move-own.js'
import { Orphans } from './orphans.js'
import { isSame, OwnFolders } from './own-folders.js'
import type { Source, TakenBatch } from './source.js'
import { StoredBatches } from './stored-batches.js'
import { linesOf, overlap } from './write-set.js'

export interface SpoolOptions extends BatchDestination {
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
const NOBODY: StoreUser = {
  onBacklog: () => {},
  onForgotten: () => {},
  inMemory: () => [],
  boundInMemory: () => ({ marks: [], entries: [] }),
}

/** Does nothing itself: its first call loads the spool, which is a late part (docs/architecture.md). */
export function loadSpool(): void {}

/**
 * Undelivered entries on disk: one folder per destination, in it one per process, in that the journals. A journal's
 * folder says where its batches are sent. Only this process's own journal moves to another destination, without the
 * batches that the former one may have accepted, and an entry is live in one journal of this process at most.
 *
 * Takes over what processes that have ended left for the same destination. Nothing here throws or rejects. A failing
 * disk is warned of once, and tried again after a pause.
 */
export class Spool implements BatchStore {
  readonly #options: SpoolOptions
  readonly #disk: DiskOrder
  readonly #orphans: Orphans
  readonly #stored: StoredBatches
  readonly #folders: OwnFolders
  #user = NOBODY
  /** Batches in memory that are being written to a former destination's folder. */
  #leaving: readonly EntryRange[] = []
  readonly #acks = new AckGroups()

  constructor(options: SpoolOptions) {
    const { directory, maxBytes, apiUrl, apiKey, clock, newId, onTakenOver, onLost } = options
    this.#options = options
    const segmentBytes = Math.min(LARGEST_SEGMENT_BYTES, Math.ceil(maxBytes / 16))
    this.#folders = new OwnFolders({ apiUrl, apiKey }, { directory, segmentBytes, clock, onTakenOver })
    const folders = this.#folders
    this.#disk = new DiskOrder(directory, clock)
    this.#disk.onFailure = () => this.#forgetDeleted()
    this.#stored = new StoredBatches({
      clock,
      newId,
      sources: () => folders.sourcesIn(folders.current),
      writeMark: (source, mark) => this.#writeMark(source, mark),
      onEnd: (source, range) => this.#end(source, range),
      onLost,
      onUnreadable: (source, error) => this.#disk.warnOf(source.journal.directory, error),
      onRetry: () => this.#user.onBacklog(),
    })
    this.#orphans = new Orphans({
      clock,
      segmentBytes,
      // A disk that failed at the start may work by now.
      open: () =>
        this.#disk.run(async () => {
          const { folder } = folders.claim()
          return folder === folders.current ? folders.folderOf(folder.destination) : undefined
        }, undefined),
      isCurrent: (folder) => folder === folders.current,
      isOwn: (path) => folders.has(path),
      inOrder: (step) => this.#disk.step(step),
      add: (source, pending) => this.#stored.add(source, pending),
      onTakenOver,
      onLost,
      onFailure: (error) => this.#disk.warnOf(directory, error),
      onLooked: () => {
        this.#closeIdle()
        if (this.hasNext) this.#user.onBacklog()
      },
    })
    try {
      folders.claim()
    } catch (error) {
      this.#disk.fail(error)
    }
  }

  attach(user: StoreUser): void {
    this.#user = user
  }

  /** Includes the entries left to a former destination. */
  get count(): number {
    return this.#folders.count
  }

  get isMoving(): boolean {
    return this.#folders.own !== undefined && this.#folders.current === undefined
  }

  get hasNext(): boolean {
    return this.#stored.hasNext
  }

  get oldest(): readonly number[] {
    return this.#folders.oldest
  }

  /** Takes over what processes that have ended have left, now and then once a minute. */
  lookAround(): Promise<void> {
    return this.#orphans.look()
  }

  write(set: WriteSet): Promise<boolean> {
    this.#acks.writeBegins()
    return this.#disk.run(async () => {
      // A mark is written even while the disk rests: without it, a batch on disk would be sent again under another id.
      if (this.#disk.isResting && set.marks.length === 0) return false
      const { maxBytes, onLost } = this.#options
      const lines = linesOf(set)
      const own = this.#folders.claim()
      const bytes = lines.reduce((sum, { length }) => sum + length, 0)
      await makeRoom(this.#folders.sourcesIn(own.folder), bytes, maxBytes, ({ present }) =>
        onLost('spool_full', present),
      )
      for (const { journal } of this.#endElsewhere(own, set)) await journal.record()
      await own.journal.append(lines, set.entries)
      return true
    }, false)
  }

  writeNow(set: WriteSet): boolean {
    try {
      const own = this.#folders.claim()
      for (const { journal } of this.#endElsewhere(own, set)) journal.recordNow()
      own.journal.appendNow(linesOf(set), set.entries)
      return true
    } catch (error) {
      this.#disk.fail(error)
      return false
    }
  }

  isWithFormer(range: EntryRange): boolean {
    return this.#leaving.some((each) => overlap(each, range)) || this.#folders.formerWith(range) !== undefined
  }

  ack(range: EntryRange): void {
    const group = this.#acks.add(range)
    if (group === undefined) return
    void this.#disk.run(async () => {
      this.#acks.close(group)
      await this.#endAll(group)
      await this.#closeIdleNow()
    }, undefined)
  }

  /** Ends own entries in the journals that have them now. Must run as a step of the disk order. */
  async #endAll(ranges: readonly EntryRange[]): Promise<void> {
    if (ranges.length === 0) return
    for (const { journal } of this.#folders.ownSources) {
      for (const range of ranges) journal.end(range)
      await journal.record()
    }
  }

  ackNow(ranges: readonly EntryRange[]): void {
    for (const { journal } of this.#folders.ownSources)
      for (const range of [...this.#acks.all, ...ranges]) journal.end(range)
    if (this.#folders.removeSpentNow()) this.#disk.forgive()
    for (const { journal } of this.#folders.ownSources) {
      try {
        journal.recordNow()
      } catch {
        // The entries will be sent again, under the same ids.
      }
    }
  }

  spill(range: EntryRange, { id, isMarked, attempts, boundTo }: SpilledBatch): void {
    const { queue, first, count } = range
    const source = this.#folders.formerWith(range) ?? this.#folders.own
    if (source?.journal.holds(range)) {
      this.#stored.add(source, { queue, first, count, present: count, id, isMarked, attempts, boundTo })
      if (source.folder === this.#folders.current) this.#user.onBacklog()
      else this.#closeIdle()
    } else {
      // The files with these entries had to be deleted to make room.
      this.ack(range)
      this.#options.onLost('spool_full', count)
    }
  }

  next(): Promise<StoredBatch | undefined> {
    return this.#stored.next()
  }

  ackBatch(batch: StoredBatch): void {
    const { source } = batch as TakenBatch
    // An adopted journal keeps the batch until the end is recorded: without batches its folder is released or deleted.
    if (source.isOwn) source.taken.delete(batch as TakenBatch)
    this.#end(source, batch, () => source.taken.delete(batch as TakenBatch))
  }

  nack(batch: StoredBatch, again: SendAgain): void {
    const { source, entries } = batch as TakenBatch
    if (this.#stored.putBack(batch as TakenBatch, again)) {
      this.#giveBack(source, entries.length)
      return
    }
    this.#end(source, batch)
    this.#options.onLost('spool_full', entries.length)
  }

  halve(batch: StoredBatch): boolean {
    const { source, entries } = batch as TakenBatch
    const isHalved = this.#stored.halve(batch as TakenBatch)
    if (isHalved) this.#giveBack(source, entries.length)
    return isHalved
  }

  /**
   * Changes the destination. Batches that another project may have accepted stay in the former destination's folder,
   * and so do journals that were taken over for it. Until the own journal has followed nothing is taken from disk.
   */
  move(apiUrl: string, apiKey: string): void {
    const to = { apiUrl, apiKey }
    if (isSame(this.#folders.destination, to)) return
    this.#folders.destination = to
    void this.#disk
      .run(async () => {
        const { own } = this.#folders
        if (own === undefined || isSame(own.folder.destination, to)) return
        const before = own.folder
        try {
          // What is delivered must not move along. What is still to be written is ended once more in its turn.
          await this.#endAll(this.#acks.all)
          const bound = this.#user.boundInMemory(before.destination.apiKey)
          this.#leaving = bound.marks
          await moveOwn(own, this.#folders.folderOf(to), bound, () => this.#folders.own === own)
          this.#folders.countTakenOver(before, own.folder)
        } catch (error) {
          if (this.#folders.own === own)
            await this.#abandonOwn(own)
              .record()
              .catch(() => {})
          this.#disk.fail(error)
          // The next write begins in another folder, which may well work.
          this.#disk.isWell()
        } finally {
          this.#leaving = []
          await this.#closeIdleNow()
        }
      }, undefined)
      .then(() => {
        this.#stored.wakeLater()
        this.#user.onBacklog()
        return this.#orphans.lookAnew()
      })
  }

  finishMoveNow(): void {
    const { own } = this.#folders
    if (own === undefined || !this.isMoving) return
    try {
      this.#abandonOwn(own).recordNow()
    } catch (error) {
      this.#disk.fail(error)
    }
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
      await this.#folders.close()
    }, undefined)
    await Promise.race([closed, tooLate])
    clock.clearTimer(timer)
    this.#disk.release()
    this.#folders.release()
  }

  /** Entries that are about to be written to the own journal end in every other one. Gives the journals to record. */
  #endElsewhere(own: Source, { entries }: WriteSet): readonly Source[] {
    const others = this.#folders.ownSources.filter((source) => source !== own && source.journal.live > 0)
    for (const { journal } of others)
      for (const { queue, number } of entries) journal.end({ queue, first: number, count: 1 })
    return others
  }

  /** Entries of a batch are in their journal again. */
  #giveBack({ folder, isOwn }: Source, entries: number): void {
    if (folder === this.#folders.own?.folder) return
    // The destination has changed meanwhile: another process will take them over.
    if (!isOwn) this.#options.onTakenOver(-entries)
    this.#closeIdle()
  }

  /** Entries of a batch are delivered or dropped. */
  #end(source: Source, range: EntryRange, onRecord = () => {}): void {
    if (source.isOwn) {
      this.ack(range)
      return
    }
    void this.#disk.run(async () => {
      onRecord()
      const folder = this.#folders.adopterOf(source)
      if (folder === undefined) return
      source.journal.end(range)
      // Recorded before the folder is deleted, since the deletion may fail.
      await source.journal.record().finally(() => folder.removeSpent(source))
      await this.#closeIdleNow()
    }, undefined)
  }

  /** The own journal cannot follow: the next write creates a new one. Gives its journal, to be recorded. */
  #abandonOwn(own: Source): Source['journal'] {
    // Batches in memory go to the new destination, so the abandoned folder must not deliver them, too: all but those
    // that the former destination may have accepted.
    const bound = this.#user.boundInMemory(own.folder.destination.apiKey).marks
    for (const range of this.#user.inMemory())
      if (!bound.some((mark) => overlap(mark, range))) own.journal.end(range)
    this.#folders.abandonOwn(own)
    this.#user.onForgotten()
    return own.journal
  }

  /** A disk that cannot store the mark must not keep the batch from being delivered. */
  #writeMark(source: Source, mark: BatchMark): Promise<void> {
    return this.#disk.run(async () => {
      if (source.folder === this.#folders.current)
        await source.journal.append(linesOf({ marks: [mark], entries: [] }))
    }, undefined)
  }

  #closeIdle(): void {
    void this.#disk.run(() => this.#closeIdleNow(), undefined)
  }

  /** Must run as a step of the disk order. */
  #closeIdleNow(): Promise<void> {
    return this.#folders.closeIdle(() => [...this.#user.inMemory(), ...this.#acks.all])
  }

  /**
   * Called after a failure: somebody may have deleted files of this process. Entries that were on disk only are lost
   * and counted. The disk itself works: the next write begins a new file, and a new folder if needed.
   */
  async #forgetDeleted(): Promise<void> {
    const { own } = this.#folders
    if (own === undefined) return
    const hasFolder = await isThere(own.journal.directory)
    if (!(await own.journal.forgetDeleted()) && hasFolder) return
    for (const pending of own.forgetMissing()) {
      this.#options.onLost('spool_corrupt', pending.present)
      // The rest of the batch in another file must not be delivered.
      this.ack(pending)
    }
    if (!hasFolder) await this.#folders.forgetDeleted(own)
    this.#disk.isWell()
  }
}
