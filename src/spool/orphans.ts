import { rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Clock, TimerHandle } from '../common/clock.js'
import type { Pending } from './backlog.js'
import { setAside } from './damaged.js'
import {
  adoptedFolder,
  type Destination,
  listAdopted,
  listOwners,
  listUnfinished,
} from './destination-folder.js'
import { isAbandoned } from './owner.js'
import { adopt, removeOwnerFolder } from './owner-folder.js'
import { scanJournal } from './scan.js'
import { SpoolSource } from './spool-source.js'

export interface OrphansParts {
  readonly clock: Clock
  readonly segmentBytes: number
  /** Creates this process's folder, if it has none. */
  readonly prepare: () => Promise<void>
  /** Where to look, and for whom; undefined while this process has no folder. */
  readonly home: () => OrphansHome | undefined
  /** Runs a step of the disk order. Settles as the step does. */
  readonly inOrder: <T>(step: () => Promise<T>) => Promise<T>
  readonly add: (source: SpoolSource, pending: Pending) => void
  /** Called with the number of entries that this process has taken over. */
  readonly onTakenOver: (entries: number) => void
  readonly onLost: (reason: 'spool_corrupt', entries: number) => void
  /** Called when an abandoned journal cannot be taken over. */
  readonly onFailure: (error: unknown) => void
  /** Called when a search has ended. */
  readonly onLooked: () => void
}

interface OrphansHome {
  readonly destination: Destination
  readonly folder: string
  /** This process's own folder. */
  readonly own: string
}

const LOOK_EVERY_MS = 60_000

/** The journals of processes that have ended, taken over by this one. */
export class Orphans {
  /** In the order in which they were taken over. */
  readonly sources: SpoolSource[] = []
  readonly #parts: OrphansParts
  #timer: TimerHandle | undefined
  #looking: Promise<void> | undefined
  /** Incremented at each change of the destination, to stop searches that began before. */
  #generation = 0
  #isClosed = false

  constructor(parts: OrphansParts) {
    this.#parts = parts
  }

  /** Takes over abandoned journals, now and then once a minute. Never rejects. */
  look(): Promise<void> {
    const { clock, onLooked, onFailure } = this.#parts
    if (this.#isClosed) return Promise.resolve()
    const generation = this.#generation
    this.#looking ??= this.#look(generation)
      .catch(onFailure)
      .then(() => {
        this.#looking = undefined
        if (this.#isClosed) return undefined
        // The destination has changed in the meantime, so the new one has not been searched.
        if (generation !== this.#generation) return this.look()
        clock.clearTimer(this.#timer)
        this.#timer = clock.setTimer(() => void this.look(), LOOK_EVERY_MS)
        onLooked()
        return undefined
      })
    return this.#looking
  }

  /** The destination changes: gives up the journals that were taken over for the former one, and returns them. */
  retire(): readonly SpoolSource[] {
    this.#generation++
    const retired = this.sources.splice(0)
    for (const source of retired) source.isRetired = true
    return retired
  }

  /** Deletes a journal that has no batches left. Must run as a step of the disk order. */
  async removeSpent(source: SpoolSource): Promise<void> {
    const index = this.sources.indexOf(source)
    if (!source.isSpent || index < 0) return
    this.sources.splice(index, 1)
    await source.journal.close()
    await removeOwnerFolder(source.journal.directory)
  }

  /** Stops the searches. Journals that were taken over stay in this process's folder, for its successor. */
  close(): void {
    this.#isClosed = true
    this.#generation++
    this.#parts.clock.clearTimer(this.#timer)
  }

  /** Closes the files. Must run as a step of the disk order. */
  async closeFiles(): Promise<void> {
    for (const { journal } of this.sources) await journal.close().catch(() => {})
  }

  async #look(generation: number): Promise<void> {
    const { home, inOrder, onFailure, prepare } = this.#parts
    const isCurrent = () => generation === this.#generation
    await prepare()
    // Journals that an earlier search has moved and could not read.
    await this.#includeAll(generation)
    const folder = home()?.folder
    if (folder === undefined || !isCurrent()) return
    for (const unfinished of await listUnfinished(folder)) {
      if (await isAbandoned(unfinished))
        await rm(unfinished, { recursive: true, force: true }).catch(() => {})
    }
    for (const orphan of await listOwners(folder)) {
      if (orphan === home()?.own || !(await isAbandoned(orphan))) continue
      await inOrder(async () => {
        const own = home()?.own
        if (own !== undefined && isCurrent()) await adopt(orphan, own)
      }).catch(onFailure)
      if (!isCurrent()) return
      await this.#includeAll(generation)
    }
  }

  /** Reads the journals in the own folder that are not known yet. */
  async #includeAll(generation: number): Promise<void> {
    const { home, onFailure, inOrder } = this.#parts
    const at = home()
    if (at === undefined || generation !== this.#generation) return
    const known = new Set(this.sources.map(({ journal }) => journal.directory))
    for (const folder of await listAdopted(at.own)) {
      if (known.has(folder)) continue
      if (generation !== this.#generation) return
      try {
        await inOrder(() => this.#raise(folder, at.own))
        await this.#include(folder, at, generation)
      } catch (error) {
        if (generation === this.#generation) onFailure(error)
      }
    }
  }

  async #include(
    folder: string,
    { destination, folder: destinationFolder }: OrphansHome,
    generation: number,
  ): Promise<void> {
    const { onTakenOver, onLost, segmentBytes, clock, add, inOrder } = this.#parts
    const { journal, pending, damages } = await scanJournal(folder, segmentBytes)
    // The folder may have been moved during the read, so that part of the journal was not found.
    if (generation !== this.#generation) return
    const source = new SpoolSource(journal, destination, false)
    for (const each of pending) add(source, each)
    const torn = damages.reduce((sum, { pieces }) => sum + Math.max(1, pieces.length), 0)
    this.sources.push(source)
    onTakenOver(source.backlog.count + torn)
    if (torn > 0) onLost('spool_corrupt', torn)
    await setAside(destinationFolder, folder, damages, clock.now())
    if (source.isSpent) await inOrder(() => this.removeSpent(source))
  }

  /** Moves the folders that a former owner had taken over next to its own folder. A crash may have prevented that. */
  async #raise(folder: string, own: string): Promise<void> {
    for (const below of await listAdopted(folder)) {
      await rename(below, join(adoptedFolder(own), basename(below)))
    }
  }
}
