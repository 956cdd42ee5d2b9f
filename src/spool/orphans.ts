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
  /** Makes this process's folder, if it has none. */
  readonly prepare: () => Promise<void>
  /** Where to look and for whom; undefined while this process has no folder. */
  readonly home: () => OrphansHome | undefined
  /** Runs a step that changes files when all such steps before it have ended. Rejects as the step does. */
  readonly inOrder: <T>(step: () => Promise<T>) => Promise<T>
  readonly add: (source: SpoolSource, pending: Pending) => void
  /** Entries of others that are now this process's to deliver. */
  readonly onTakenOver: (entries: number) => void
  readonly onLost: (reason: 'spool_corrupt', entries: number) => void
  /** Something that was abandoned cannot be taken over. */
  readonly onFailure: (error: unknown) => void
  /** A look has ended. */
  readonly onLooked: () => void
}

interface OrphansHome {
  readonly destination: Destination
  readonly folder: string
  /** This process's own folder in it. */
  readonly own: string
}

const LOOK_EVERY_MS = 60_000

/** Journals of processes that have ended, taken over by this one. */
export class Orphans {
  /** The first taken over first. */
  readonly sources: SpoolSource[] = []
  readonly #parts: OrphansParts
  #timer: TimerHandle | undefined
  #looking: Promise<void> | undefined
  /** Grows with each change of the destination: a look that began before must end. */
  #generation = 0
  #isClosed = false

  constructor(parts: OrphansParts) {
    this.#parts = parts
  }

  /** Takes over what there is, now and from then on once a minute. Never rejects. */
  look(): Promise<void> {
    const { clock, onLooked, onFailure } = this.#parts
    if (this.#isClosed) return Promise.resolve()
    const generation = this.#generation
    this.#looking ??= this.#look(generation)
      .catch(onFailure)
      .then(() => {
        this.#looking = undefined
        if (this.#isClosed) return undefined
        // The destination has changed meanwhile: nobody has looked for the new one.
        if (generation !== this.#generation) return this.look()
        clock.clearTimer(this.#timer)
        this.#timer = clock.setTimer(() => void this.look(), LOOK_EVERY_MS)
        onLooked()
        return undefined
      })
    return this.#looking
  }

  /** Another destination: nothing more is taken of what was taken over for the former one. */
  retire(): readonly SpoolSource[] {
    this.#generation++
    const retired = this.sources.splice(0)
    for (const source of retired) source.isRetired = true
    return retired
  }

  /** Deletes a journal of which every batch is done. To be run in order. */
  async removeSpent(source: SpoolSource): Promise<void> {
    const place = this.sources.indexOf(source)
    if (!source.isSpent || place < 0) return
    this.sources.splice(place, 1)
    await source.journal.close()
    await removeOwnerFolder(source.journal.directory)
  }

  /** Looks no more. What was taken over stays where it is, for whoever takes over this process's own folder. */
  close(): void {
    this.#isClosed = true
    this.#generation++
    this.#parts.clock.clearTimer(this.#timer)
  }

  /** Closes the files. To be run in order. */
  async closeFiles(): Promise<void> {
    for (const { journal } of this.sources) await journal.close().catch(() => {})
  }

  async #look(generation: number): Promise<void> {
    const { home, inOrder, onFailure, prepare } = this.#parts
    const isCurrent = () => generation === this.#generation
    await prepare()
    // What an earlier look had moved and could not read.
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

  /** Reads what lies in the own folder and is not known yet. */
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
    { destination, folder: place }: OrphansHome,
    generation: number,
  ): Promise<void> {
    const { onTakenOver, onLost, segmentBytes, clock, add, inOrder } = this.#parts
    const { journal, pending, damages } = await scanJournal(folder, segmentBytes)
    // While it was read it may have been moved, and a part of it may not have been found.
    if (generation !== this.#generation) return
    const source = new SpoolSource(journal, destination, false)
    for (const each of pending) add(source, each)
    const torn = damages.reduce((sum, { pieces }) => sum + Math.max(1, pieces.length), 0)
    this.sources.push(source)
    onTakenOver(source.backlog.count + torn)
    if (torn > 0) onLost('spool_corrupt', torn)
    await setAside(place, folder, damages, clock.now())
    if (source.isSpent) await inOrder(() => this.removeSpent(source))
  }

  /** Moves what a former owner had taken over, and a crash kept from being moved, beside its folder. */
  async #raise(folder: string, own: string): Promise<void> {
    for (const below of await listAdopted(folder)) {
      await rename(below, join(adoptedFolder(own), basename(below)))
    }
  }
}
