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
import { destinationFolder } from './destination-folder.js'
import { DiskOrder } from './disk-order.js'
import { isThere } from './journal.js'
import { makeRoom } from './make-room.js'
import { moveOwn } from './move-own.js'
import { Orphans } from './orphans.js'
import { OwnFolder } from './own-folder.js'
import { removeOwnerFolder, removeOwnerFolderNow } from './owner-folder.js'
import type { Source, TakenBatch } from './source.js'
import { StoredBatches } from './stored-batches.js'
import { linesOf } from './write-set.js'

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

/**
 * Undelivered entries on disk: one folder per destination, in it one per process, in that the journals. A journal's
 * folder says where its batches are sent. Only this process's own journal moves to another destination, without the
 * batches that the former one may have accepted, and an entry is live in one journal of this process at most.
 *
 *
 * Takes over what processes that have ended left for the same destination. Nothing here throws or rejects. A failing
 * disk is warned of once, and tried again after a pause.
 */
export class Spool implements BatchStore {
  readonly #options: SpoolOptions
  readonly #segmentBytes: number
  readonly #disk: DiskOrder
  readonly #orphans: Orphans
  readonly #stored: StoredBatches
  /** This process's folders: that of the current destination, and those of former ones that still have batches. */
  readonly #folders = new Set<OwnFolder>()
  /** The journal that follows the current destination; undefined until its folder could be created. */
  #own: Source | undefined
  /** Where new batches are sent. The own journal follows it in the disk order. */
  #destination: BatchDestination
  #user = NOBODY
  /** Batches in memory that are being written to a former destination's folder. */
  #leaving: readonly EntryRange[] = []
  /** Own entries in folders that this process has left to others. */
  #leftBehind = 0
  /** Acknowledged ranges that still have to be recorded, in groups. */
  readonly #acks = new Set<EntryRange[]>()
  /** The group that takes more; undefined if a write has begun since: its entries must not be ended before it. */
  #openAcks: EntryRange[] | undefined

  constructor(options: SpoolOptions) {
    const { directory, maxBytes, apiUrl, apiKey, clock, newId, onTakenOver, onLost } = options
    this.#options = options
    this.#destination = { apiUrl, apiKey }
    this.#segmentBytes = Math.min(LARGEST_SEGMENT_BYTES, Math.ceil(maxBytes / 16))
    this.#disk = new DiskOrder(directory, clock)
    this.#disk.onFailure = () => this.#forgetDeleted()
    this.#stored = new StoredBatches({
      clock,
      newId,
      sources: () => (this.#current === undefined ? [] : this.#sourcesIn(this.#current)),
      writeMark: (source, mark) => this.#writeMark(source, mark),
      onEnd: (source, range) => this.#end(source, range),
      onLost,
      onUnreadable: (source, error) => this.#disk.warnOf(source.journal.directory, error),
      onRetry: () => this.#user.onBacklog(),
    })
    this.#orphans = new Orphans({
      clock,
      segmentBytes: this.#segmentBytes,
      // A disk that failed at the start may work by now.
      open: () => this.#disk.run(async () => this.#claim() && this.#current, undefined),
      isCurrent: (folder) => folder === this.#current,
      isOwn: (path) =>
        [...this.#folders].some((folder) => folder.directory === path) ||
        this.#sources.some(({ journal }) => journal.directory === path),
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
      this.#claim()
    } catch (error) {
      this.#disk.fail(error)
    }
  }

  attach(user: StoreUser): void {
    this.#user = user
  }

  /** Includes the entries left to a former destination. */
  get count(): number {
    const { folder } = this.#own ?? {}
    const own = [...this.#folders].reduce((sum, each) => sum + each.count(true), this.#own?.count ?? 0)
    return own + (folder?.count(false) ?? 0) + this.#leftBehind
  }

  get isMoving(): boolean {
    return this.#own !== undefined && this.#current === undefined
  }

  get hasNext(): boolean {
    return this.#stored.hasNext
  }

  get oldest(): readonly number[] {
    const own = this.#own === undefined ? [] : this.#sourcesIn(this.#own.folder).filter(({ isOwn }) => isOwn)
    const stored = [
      ...own.flatMap(({ backlog }) => backlog),
      ...this.#ownSources.flatMap(({ taken }) => [...taken]),
    ]
    return [0, 1].map((queue) =>
      stored.reduce(
        (oldest, each) => (each.queue === queue ? Math.min(oldest, each.first) : oldest),
        Number.POSITIVE_INFINITY,
      ),
    )
  }

  /** Takes over what processes that have ended have left, now and then once a minute. */
  lookAround(): Promise<void> {
    return this.#orphans.look()
  }

  write(set: WriteSet): Promise<boolean> {
    this.#openAcks = undefined
    return this.#disk.run(async () => {
      // A mark is written even while the disk rests: without it, a batch on disk would be sent again under another id.
      if (this.#disk.isResting && set.marks.length === 0) return false
      const { maxBytes, onLost } = this.#options
      const lines = linesOf(set)
      const own = this.#claim()
      const bytes = lines.reduce((sum, { length }) => sum + length, 0)
      await makeRoom(this.#sourcesIn(own.folder), bytes, maxBytes, ({ present }) =>
        onLost('spool_full', present),
      )
      for (const { journal } of this.#endElsewhere(own, set)) await journal.record()
      await own.journal.append(lines, set.entries)
      return true
    }, false)
  }

  writeNow(set: WriteSet): boolean {
    try {
      const own = this.#claim()
      for (const { journal } of this.#endElsewhere(own, set)) journal.recordNow()
      own.journal.appendNow(linesOf(set), set.entries)
      return true
    } catch (error) {
      this.#disk.fail(error)
      return false
    }
  }

  isWithFormer(range: EntryRange): boolean {
    return this.#leaving.some((each) => overlap(each, range)) || this.#formerWith(range) !== undefined
  }

  ack(range: EntryRange): void {
    if (this.#openAcks !== undefined) {
      this.#openAcks.push(range)
      return
    }
    const group = [range]
    this.#openAcks = group
    this.#acks.add(group)
    void this.#disk.run(async () => {
      if (this.#openAcks === group) this.#openAcks = undefined
      this.#acks.delete(group)
      await this.#endAll(group)
      await this.#closeIdleNow()
    }, undefined)
  }

  /** Ends own entries in the journals that have them now. Must run as a step of the disk order. */
  async #endAll(ranges: readonly EntryRange[]): Promise<void> {
    if (ranges.length === 0) return
    for (const { journal } of this.#ownSources) {
      for (const range of ranges) journal.end(range)
      await journal.record()
    }
  }

  ackNow(ranges: readonly EntryRange[]): void {
    const all = [...this.#acks, ranges].flat()
    for (const group of this.#acks) group.length = 0
    for (const { journal } of this.#ownSources) for (const range of all) journal.end(range)
    this.#removeSpentNow()
    for (const { journal } of this.#ownSources) {
      try {
        journal.recordNow()
      } catch {
        // The entries will be sent again, under the same ids.
      }
    }
  }

  spill(range: EntryRange, { id, isMarked, attempts, boundTo }: SpilledBatch): void {
    const { queue, first, count } = range
    const source = this.#formerWith(range) ?? this.#own
    if (source?.journal.holds(range)) {
      this.#stored.add(source, { queue, first, count, present: count, id, isMarked, attempts, boundTo })
      if (source.folder === this.#current) this.#user.onBacklog()
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
    const isPutBack = this.#stored.putBack(batch as TakenBatch, again)
    if (!isPutBack) {
      this.#end(source, batch)
      this.#options.onLost('spool_full', entries.length)
    }
    if (source.folder === this.#own?.folder) return
    if (isPutBack && !source.isOwn) this.#options.onTakenOver(-entries.length)
    this.#closeIdle()
  }

  halve(batch: StoredBatch): boolean {
    const { source, entries } = batch as TakenBatch
    if (!this.#stored.halve(batch as TakenBatch)) return false
    if (source.folder !== this.#own?.folder) {
      if (!source.isOwn) this.#options.onTakenOver(-entries.length)
      this.#closeIdle()
    }
    return true
  }

  /**
   * Changes the destination. Batches that another project may have accepted stay in the former destination's folder,
   * and so do journals that were taken over for it. Until the own journal has followed nothing is taken from disk.
   */
  move(apiUrl: string, apiKey: string): void {
    const to = { apiUrl, apiKey }
    if (isSame(this.#destination, to)) return
    this.#destination = to
    void this.#disk
      .run(async () => {
        const own = this.#own
        if (own === undefined || isSame(own.folder.destination, to)) return
        const before = own.folder
        try {
          // What is delivered must not move along. What is still to be written is ended once more in its turn.
          await this.#endAll([...this.#acks].flat())
          const bound = this.#user.boundInMemory(before.destination.apiKey)
          this.#leaving = bound.marks
          await moveOwn(own, this.#folderOf(to), bound, () => this.#own === own)
          this.#countTakenOver(before, own.folder)
        } catch (error) {
          if (this.#own === own)
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

  settleNow(): void {
    const own = this.#own
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
      await this.#own?.journal.close()
      if (this.#own?.journal.live === 0) await removeOwnerFolder(this.#own.journal.directory)
      for (const folder of this.#folders) await folder.close()
    }, undefined)
    await Promise.race([closed, tooLate])
    clock.clearTimer(timer)
    this.#disk.release()
    for (const folder of this.#folders) folder.release()
  }

  /** The folder of the current destination, once the own journal is in it. */
  get #current(): OwnFolder | undefined {
    const folder = this.#own?.folder
    return folder !== undefined && isSame(folder.destination, this.#destination) ? folder : undefined
  }

  /** The journals in a folder, in the order in which batches are taken from them. */
  #sourcesIn(folder: OwnFolder): readonly Source[] {
    const sources = [...folder.adopted, folder.left]
    return this.#own?.folder === folder ? [...sources, this.#own] : sources
  }

  get #sources(): readonly Source[] {
    return [...this.#folders].flatMap((folder) => this.#sourcesIn(folder))
  }

  /** The journals that this process has written, wherever they lie. */
  get #ownSources(): readonly Source[] {
    return this.#sources.filter(({ isOwn }) => isOwn)
  }

  /** The journal, other than the own one, in which any of these entries is live. */
  #formerWith(range: EntryRange): Source | undefined {
    return this.#ownSources.find((source) => source !== this.#own && source.journal.hasLive(range))
  }

  /** @throws the error of the file system */
  #folderOf(destination: BatchDestination): OwnFolder {
    const known = [...this.#folders].find((folder) => isSame(folder.destination, destination))
    if (known !== undefined) return known
    const { directory, clock } = this.#options
    const parent = destinationFolder(directory, destination)
    const folder = new OwnFolder(parent, destination, this.#segmentBytes, clock)
    this.#folders.add(folder)
    return folder
  }

  /**
   * The own journal, created if there is none.
   * @throws the error of the file system
   */
  #claim(): Source {
    if (this.#own === undefined) {
      this.#own = this.#folderOf(this.#destination).openJournal()
      this.#countTakenOver(undefined, this.#own.folder)
    }
    return this.#own
  }

  /** Entries that are about to be written to the own journal end in every other one. Gives the journals to record. */
  #endElsewhere(own: Source, { entries }: WriteSet): readonly Source[] {
    const others = this.#ownSources.filter((source) => source !== own && source.journal.live > 0)
    for (const { journal } of others)
      for (const { queue, number } of entries) journal.end({ queue, first: number, count: 1 })
    return others
  }

  /** Entries of a batch are delivered or dropped. */
  #end(source: Source, range: EntryRange, onRecord = () => {}): void {
    if (source.isOwn) {
      this.ack(range)
      return
    }
    void this.#disk.run(async () => {
      onRecord()
      if (!this.#folders.has(source.folder) || !source.folder.adopted.includes(source)) return
      source.journal.end(range)
      // Recorded before the folder is deleted, since the deletion may fail.
      await source.journal.record().finally(() => source.folder.removeSpent(source))
      await this.#closeIdleNow()
    }, undefined)
  }

  /** The own journal cannot follow: the next write creates a new one. Gives its journal, to be recorded. */
  #abandonOwn(own: Source): Source['journal'] {
    own.folder.adopted.push(own)
    this.#own = undefined
    // Batches in memory go to the new destination, so the abandoned folder must not deliver them, too: all but those
    // that the former destination may have accepted.
    const bound = this.#user.boundInMemory(own.folder.destination.apiKey).marks
    for (const range of this.#user.inMemory())
      if (!bound.some((mark) => overlap(mark, range))) own.journal.end(range)
    this.#countTakenOver(own.folder, undefined)
    this.#user.onForgotten()
    return own.journal
  }

  /** What was taken over for a destination counts as such while that is the current one. */
  #countTakenOver(before: OwnFolder | undefined, after: OwnFolder | undefined): void {
    const change = (after?.count(false) ?? 0) - (before?.count(false) ?? 0)
    if (change !== 0) this.#options.onTakenOver(change)
  }

  /** A disk that cannot store the mark must not keep the batch from being delivered. */
  #writeMark(source: Source, mark: BatchMark): Promise<void> {
    return this.#disk.run(async () => {
      if (source.folder === this.#current)
        await source.journal.append(linesOf({ marks: [mark], entries: [] }))
    }, undefined)
  }

  #closeIdle(): void {
    if (this.#folders.size > 1) void this.#disk.run(() => this.#closeIdleNow(), undefined)
  }

  /** Closes the folders of former destinations of which nothing is being sent. Must run as a step of the disk order. */
  async #closeIdleNow(): Promise<void> {
    for (const folder of this.#folders) {
      if (isSame(folder.destination, this.#destination) || folder === this.#own?.folder) continue
      const sources = this.#sourcesIn(folder)
      const isHeld = (range: EntryRange) =>
        sources.some(({ isOwn, journal }) => isOwn && journal.hasLive(range))
      if (folder.readers > 0 || sources.some(({ taken }) => taken.size > 0)) continue
      // What is acknowledged must still be recorded here.
      if ([...this.#user.inMemory(), ...[...this.#acks].flat()].some(isHeld)) continue
      this.#folders.delete(folder)
      this.#leftBehind += folder.count(true)
      await folder.close()
    }
  }

  /** Deletes at the end of the process what has nothing in it any more. */
  #removeSpentNow(): void {
    const own = this.#own
    if (own === undefined || own.journal.live > 0) return
    try {
      if (!removeOwnerFolderNow(own.journal.directory)) return
      this.#own = undefined
      const { folder } = own
      if (folder.left.journal.live > 0 || !removeOwnerFolderNow(folder.directory)) return
      this.#folders.delete(folder)
      folder.release()
    } catch {
      // The folder stays, and has nothing in it that is sent again.
    }
  }

  /**
   * Called after a failure: somebody may have deleted files of this process. Entries that were on disk only are lost
   * and counted. The disk itself works: the next write begins a new file, and a new folder if needed.
   */
  async #forgetDeleted(): Promise<void> {
    const own = this.#own
    if (own === undefined) return
    const hasFolder = await isThere(own.journal.directory)
    if (!(await own.journal.forgetDeleted()) && hasFolder) return
    for (const pending of own.forgetMissing()) {
      this.#options.onLost('spool_corrupt', pending.present)
      // The rest of the batch in another file must not be delivered.
      this.ack(pending)
    }
    if (!hasFolder) {
      this.#own = undefined
      this.#countTakenOver(own.folder, undefined)
      if (!(await isThere(own.folder.directory))) {
        this.#folders.delete(own.folder)
        own.folder.release()
      }
    }
    this.#disk.isWell()
  }
}

function overlap(one: EntryRange, other: EntryRange): boolean {
  const isApart = one.first >= other.first + other.count || other.first >= one.first + one.count
  return one.queue === other.queue && !isApart
}

function isSame(one: BatchDestination, other: BatchDestination): boolean {
  return one.apiUrl === other.apiUrl && one.apiKey === other.apiKey
}
