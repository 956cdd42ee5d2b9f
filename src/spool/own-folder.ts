import { renameSync } from 'node:fs'
import { basename, join } from 'node:path'
import { builtin } from '../common/builtin.js'
import type { Clock } from '../common/clock.js'
import type { BatchDestination } from '../delivery/store/batch-store.js'
import { adoptedFolder, openDestination } from './destination-folder.js'
import { Journal } from './journal.js'
import { makeFolder } from './make-folder.js'
import { claimFolder, type Owner } from './owner.js'
import { removeOwnerFolder } from './owner-folder.js'
import { type JournalFolder, Source } from './source.js'

/** A folder of this process, and the journals in it. The folder never moves. */
export class OwnFolder implements JournalFolder {
  readonly destination: BatchDestination
  readonly directory: string
  readonly left: Source
  readonly adopted: Source[] = []
  /** Searches that are reading in the folder. */
  readers = 0
  readonly #owner: Owner
  readonly #segmentBytes: number

  /**
   * Creates the folder.
   * @throws the error of the file system
   */
  constructor(parent: string, destination: BatchDestination, segmentBytes: number, clock: Clock) {
    openDestination(parent, destination.apiUrl)
    this.#owner = claimFolder(parent, clock)
    this.#segmentBytes = segmentBytes
    this.destination = destination
    this.directory = this.#owner.directory
    this.left = new Source(new Journal(this.directory, segmentBytes), this, true)
  }

  /**
   * Creates the journal that follows the current destination.
   * @throws the error of the file system
   */
  openJournal(): Source {
    const directory = join(
      adoptedFolder(this.directory),
      `${process.pid}-${builtin('node:crypto').randomBytes(6).toString('hex')}`,
    )
    makeFolder(directory)
    return new Source(new Journal(directory, this.#segmentBytes), this, true)
  }

  /**
   * Moves the journal of another folder into this one.
   * @throws the error of the file system; then the journal stays where it is
   */
  takeIn(source: Source): void {
    const directory = join(adoptedFolder(this.directory), basename(source.journal.directory))
    makeFolder(adoptedFolder(this.directory))
    renameSync(source.journal.directory, directory)
    source.journal.directory = directory
    source.folder = this
  }

  count(isOwn: boolean): number {
    return [this.left, ...this.adopted].reduce(
      (sum, each) => sum + (each.isOwn === isOwn ? each.count : 0),
      0,
    )
  }

  async removeSpent(source: Source): Promise<void> {
    const index = this.adopted.indexOf(source)
    if (index < 0 || source.isOwn || !source.isSpent) return
    this.adopted.splice(index, 1)
    await source.journal.close()
    await removeOwnerFolder(source.journal.directory)
  }

  /** Closes the files, and releases the folder to other processes. Must run as a step of the disk order. */
  async close(): Promise<void> {
    try {
      for (const { journal, isOwn } of [...this.adopted, this.left]) {
        await journal.close()
        if (isOwn && journal.live === 0 && journal !== this.left.journal)
          await removeOwnerFolder(journal.directory)
      }
      if (this.left.journal.live === 0) await removeOwnerFolder(this.directory)
    } catch {
      // The folder then stays, and its files record what is done.
    } finally {
      this.release()
    }
  }

  release(): void {
    this.#owner.release()
  }
}
