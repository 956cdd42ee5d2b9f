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

/** This process's own folder in a spool, and its journal. */
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

  /** Undefined until the folder could be created. */
  get source(): SpoolSource | undefined {
    return this.#source
  }

  get owner(): Owner | undefined {
    return this.#owner
  }

  get destination(): Destination {
    return this.#destination
  }

  /** Batches taken from the folder go to this destination from here on. The folder itself is not moved yet. */
  set destination(destination: Destination) {
    this.#destination = destination
    if (this.#source !== undefined) this.#source.destination = destination
  }

  /**
   * Creates the folder, if there is none.
   * @throws the error of the file system
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

  /** Forgets the folder; the next claim creates a new one. */
  forget(): void {
    this.#owner?.release()
    this.#owner = undefined
    this.#source = undefined
  }

  /** Records synchronously that entries are done, and deletes the folder if nothing is left. */
  ackNow(ranges: readonly Range[]): void {
    if (this.#source === undefined) return
    const { journal } = this.#source
    const done = this.acks.takeAll(journal, ranges)
    try {
      if (journal.live === 0 && removeOwnerFolderNow(journal.directory)) this.forget()
      else if (done.length > 0) journal.appendNow(done.map(doneLineOf))
    } catch {
      // The entries will be sent again, under the same ids.
    }
  }

  /**
   * Leaves the folder to other processes.
   * @param inMemory entries in the folder that this process delivers in another way; they are acknowledged
   */
  async abandon(inMemory: readonly Range[]): Promise<void> {
    if (this.#source === undefined) return
    const { journal } = this.#source
    const done = this.acks.takeAll(journal, inMemory)
    if (done.length > 0) await journal.append(done.map(doneLineOf)).catch(() => {})
    await journal.close().catch(() => {})
    this.forget()
  }

  /** Closes the files, and deletes the folder if nothing is left. */
  async close(): Promise<void> {
    await this.#source?.journal.close()
    if (this.#source?.journal.live === 0) await removeOwnerFolder(this.#source.journal.directory)
  }
}
