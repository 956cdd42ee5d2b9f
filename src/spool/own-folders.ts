import type { Clock } from '../common/clock.js'
import type { BatchDestination, EntryRange } from '../delivery/store/batch-store.js'
import { destinationFolder } from './destination-folder.js'
import { isThere } from './journal.js'
import { OwnFolder } from './own-folder.js'
import { removeOwnerFolder, removeOwnerFolderNow } from './owner-folder.js'
import type { JournalFolder, Source } from './source.js'

export interface OwnFoldersParts {
  readonly directory: string
  readonly segmentBytes: number
  readonly clock: Clock
  /** Called with the number of entries taken over for the destination that becomes current; negative for the former. */
  readonly onTakenOver: (entries: number) => void
}

/**
 * This process's folders: that of the current destination, and those of former ones that still have batches. One
 * journal, the own one, follows the current destination from folder to folder.
 */
export class OwnFolders {
  /** Where new batches are sent. The own journal follows it in the disk order. */
  destination: BatchDestination
  /** Undefined until its folder could be created. */
  own: Source | undefined
  readonly #parts: OwnFoldersParts
  readonly #folders = new Set<OwnFolder>()
  /** Own entries in folders that this process has left to others. */
  #leftBehind = 0

  constructor(destination: BatchDestination, parts: OwnFoldersParts) {
    this.destination = destination
    this.#parts = parts
  }

  /** The folder of the current destination, once the own journal is in it. */
  get current(): JournalFolder | undefined {
    const folder = this.own?.folder
    return folder !== undefined && isSame(folder.destination, this.destination) ? folder : undefined
  }

  /** Entries that are on disk only, including those left to a former destination. */
  get count(): number {
    const own = this.#sumOf(true) + (this.own?.count ?? 0) + this.#leftBehind
    return own + countOf(this.own?.folder, false)
  }

  /** Numbers of the oldest own entries that will be sent, by queue; Infinity for none. */
  get oldest(): readonly number[] {
    const sources = this.sourcesIn(this.own?.folder).filter(({ isOwn }) => isOwn)
    const taken = this.ownSources.flatMap((source) => [...source.taken])
    const batches = [...sources.flatMap(({ backlog }) => backlog), ...taken]
    return [0, 1].map((queue) =>
      batches.reduce(
        (oldest, each) => (each.queue === queue ? Math.min(oldest, each.first) : oldest),
        Number.POSITIVE_INFINITY,
      ),
    )
  }

  /** The journals in a folder, in the order in which batches are taken from them. */
  sourcesIn(folder: JournalFolder | undefined): readonly Source[] {
    if (folder === undefined) return []
    const sources = [...folder.adopted, folder.left]
    return this.own?.folder === folder ? [...sources, this.own] : sources
  }

  /** The journals that this process has written, wherever they lie. */
  get ownSources(): readonly Source[] {
    return [...this.#folders].flatMap((folder) => this.sourcesIn(folder)).filter(({ isOwn }) => isOwn)
  }

  /** The journal, other than the own one, in which any of these entries is live. */
  formerWith(range: EntryRange): Source | undefined {
    return this.ownSources.find((source) => source !== this.own && source.journal.hasLive(range))
  }

  /** Whether a directory is one of these folders, or a journal in one. */
  has(directory: string): boolean {
    return [...this.#folders].some((folder) => {
      const isJournal = this.sourcesIn(folder).some(({ journal }) => journal.directory === directory)
      return isJournal || folder.directory === directory
    })
  }

  /** The folder that a journal was taken over into; undefined once that is released, or the journal deleted. */
  adopterOf(source: Source): OwnFolder | undefined {
    return [...this.#folders].find(({ adopted }) => adopted.includes(source))
  }

  /** The folder for a destination, created if there is none. @throws the error of the file system */
  folderOf(destination: BatchDestination): OwnFolder {
    const known = [...this.#folders].find((folder) => isSame(folder.destination, destination))
    if (known !== undefined) return known
    const { directory, segmentBytes, clock } = this.#parts
    const parent = destinationFolder(directory, destination)
    const folder = new OwnFolder(parent, destination, segmentBytes, clock)
    this.#folders.add(folder)
    return folder
  }

  /** The own journal, created if there is none. @throws the error of the file system */
  claim(): Source {
    if (this.own === undefined) {
      this.own = this.folderOf(this.destination).openJournal()
      this.countTakenOver(undefined, this.own.folder)
    }
    return this.own
  }

  /** The own journal stays in its folder for good; the next write creates a new one. */
  abandonOwn(own: Source): void {
    own.folder.adopted.push(own)
    this.#dropOwn(own)
  }

  /** What was taken over for a destination counts as such while that is the current one. */
  countTakenOver(before: JournalFolder | undefined, after: JournalFolder | undefined): void {
    const change = countOf(after, false) - countOf(before, false)
    if (change !== 0) this.#parts.onTakenOver(change)
  }

  /**
   * Closes the folders of former destinations of which nothing is being sent. Must run as a step of the disk order.
   * @param held own entries that are still to be acknowledged
   */
  async closeIdle(held: () => readonly EntryRange[]): Promise<void> {
    for (const folder of this.#folders) {
      if (isSame(folder.destination, this.destination) || folder === this.own?.folder) continue
      const sources = this.sourcesIn(folder)
      const isHeld = (range: EntryRange) =>
        sources.some(({ isOwn, journal }) => isOwn && journal.hasLive(range))
      if (folder.readers > 0 || sources.some(({ taken }) => taken.size > 0) || held().some(isHeld)) continue
      this.#folders.delete(folder)
      this.#leftBehind += folder.count(true)
      await folder.close()
    }
  }

  /** Forgets the own journal if somebody has deleted it, and its folder if that is gone, too. */
  async forgetDeleted(own: Source): Promise<void> {
    if (await isThere(own.journal.directory)) return
    this.#dropOwn(own)
    if (!(await isThere(own.folder.directory))) this.#forget(own.folder)
  }

  /** Deletes at the end of the process what has nothing in it any more. @returns whether there was something */
  removeSpentNow(): boolean {
    const { own } = this
    if (own === undefined || own.journal.live > 0) return false
    try {
      if (!removeOwnerFolderNow(own.journal.directory)) return false
      this.#dropOwn(own)
      const { folder } = own
      if (folder.left.journal.live === 0 && removeOwnerFolderNow(folder.directory)) this.#forget(folder)
      return true
    } catch {
      // The folder stays, and has nothing in it that is sent again.
      return true
    }
  }

  /** Closes all files, and leaves what is in them to other processes. Must run as a step of the disk order. */
  async close(): Promise<void> {
    const { own } = this
    await own?.journal.close()
    if (own?.journal.live === 0) await removeOwnerFolder(own.journal.directory)
    for (const folder of this.#folders) await folder.close()
  }

  release(): void {
    for (const folder of this.#folders) folder.release()
  }

  #sumOf(isOwn: boolean): number {
    return [...this.#folders].reduce((sum, folder) => sum + folder.count(isOwn), 0)
  }

  #dropOwn(own: Source): void {
    this.own = undefined
    this.countTakenOver(own.folder, undefined)
  }

  #forget(folder: JournalFolder): void {
    this.#folders.delete(folder as OwnFolder)
    folder.release()
  }
}

export function isSame(one: BatchDestination, other: BatchDestination): boolean {
  return one.apiUrl === other.apiUrl && one.apiKey === other.apiKey
}

function countOf(folder: JournalFolder | undefined, isOwn: boolean): number {
  return folder?.count(isOwn) ?? 0
}
