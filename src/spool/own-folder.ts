import type { Clock } from '../common/clock.js'
import { AckLog } from './ack-log.js'
import { type Destination, destinationFolder, openDestination } from './destination-folder.js'
import { Journal } from './journal.js'
import { claimFolder, type Owner } from './owner.js'
import { removeOwnerFolder, removeOwnerFolderNow } from './owner-folder.js'
import { SpoolSource } from './spool-source.js'
import { doneLineOf, type Range } from './write-set.js'

export interface OwnFolderParts {
  readonly directory: string
  readonly clock: Clock
  readonly segmentBytes: number
}

/** This process's own folder in a spool, and the journal in it. */
export class OwnFolder {
  readonly acks = new AckLog()
  readonly #parts: OwnFolderParts
  #destination: Destination
  #owner: Owner | undefined
  #source: SpoolSource | undefined

  constructor(parts: OwnFolderParts, destination: Destination) {
    this.#parts = parts
    this.#destination = destination
  }

  /** Undefined while it could not be made. */
  get source(): SpoolSource | undefined {
    return this.#source
  }

  get owner(): Owner | undefined {
    return this.#owner
  }

  get destination(): Destination {
    return this.#destination
  }

  /** What is taken from it goes there from here on; on disk it is still where it was. */
  set destination(destination: Destination) {
    this.#destination = destination
    if (this.#source !== undefined) this.#source.destination = destination
  }

  /**
   * Makes the folder, if there is none.
   * @throws what the file system throws
   */
  claim(): SpoolSource {
    if (this.#source !== undefined) return this.#source
    const { directory, clock, segmentBytes } = this.#parts
    const folder = destinationFolder(directory, this.#destination)
    openDestination(folder, this.#destination.apiUrl)
    this.#owner = claimFolder(folder, clock)
    const journal = new Journal(this.#owner.directory, segmentBytes)
    this.#source = new SpoolSource(journal, this.#destination, true)
    return this.#source
  }

  /** From here on there is none: the next claim makes another one. */
  releaseHeld(): void {
    this.#owner?.release()
    this.#owner = undefined
    this.#source = undefined
  }

  /** Writes that entries are done, synchronously, and deletes the folder where nothing is left. */
  ackNow(ranges: readonly Range[]): void {
    if (this.#source === undefined) return
    const { journal } = this.#source
    const done = this.acks.takeAll(journal, ranges)
    try {
      if (journal.live === 0 && removeOwnerFolderNow(journal.directory)) this.releaseHeld()
      else if (done.length > 0) journal.appendNow(done.map(doneLineOf))
    } catch {
      // Then they are sent once more, under the ids they had.
    }
  }

  /**
   * Leaves the folder to others as it is.
   * @param inMemory entries in it that go another way, and are not for others
   */
  async abandon(inMemory: readonly Range[]): Promise<void> {
    if (this.#source === undefined) return
    const { journal } = this.#source
    const done = this.acks.takeAll(journal, inMemory)
    if (done.length > 0) await journal.append(done.map(doneLineOf)).catch(() => {})
    await journal.close().catch(() => {})
    this.releaseHeld()
  }

  /** Closes the files, and deletes the folder where nothing is left. */
  async close(): Promise<void> {
    await this.#source?.journal.close()
    if (this.#source?.journal.live === 0) await removeOwnerFolder(this.#source.journal.directory)
  }
}
