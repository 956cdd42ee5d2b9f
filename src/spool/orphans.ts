import { dirname } from 'node:path'
import type { Clock, TimerHandle } from '../common/clock.js'
import { commentOut, setAside } from './damaged.js'
import { listAdopted, listOwners, listUnfinished } from './destination-folder.js'
import type { OwnFolder } from './own-folder.js'
import { isAbandoned } from './owner.js'
import { adopt, flatten } from './owner-folder.js'
import { promises } from './promises.js'
import { scanJournal } from './scan.js'
import { type NewPending, Source } from './source.js'

export interface OrphansParts {
  readonly clock: Clock
  readonly segmentBytes: number
  /** This process's folder for the current destination, created if there is none; undefined if that fails. */
  readonly open: () => Promise<OwnFolder | undefined>
  /** Whether the folder is still that of the current destination. */
  readonly isCurrent: (folder: OwnFolder) => boolean
  /** Whether a directory belongs to this process. */
  readonly isOwn: (directory: string) => boolean
  /** Runs a step of the disk order. Settles as the step does. */
  readonly inOrder: <T>(step: () => Promise<T>) => Promise<T>
  readonly add: (source: Source, pending: NewPending) => void
  /** Called with the number of entries that this process has taken over. */
  readonly onTakenOver: (entries: number) => void
  readonly onLost: (reason: 'spool_corrupt', entries: number) => void
  /** Called when an abandoned journal cannot be taken over. */
  readonly onFailure: (error: unknown) => void
  /** Called when a search has ended. */
  readonly onLooked: (folder: OwnFolder | undefined) => void
}

const LOOK_EVERY_MS = 60_000

/** Takes over the journals of processes that have ended. */
export class Orphans {
  readonly #parts: OrphansParts
  #timer: TimerHandle | undefined
  #looking: Promise<void> | undefined
  #isClosed = false

  constructor(parts: OrphansParts) {
    this.#parts = parts
  }

  /** Takes over abandoned journals, now and then once a minute. Never rejects. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined
    })
    return this.#looking
  }

  /** The destination has changed: a search that is going on looked for the former one's journals. */
  async lookAnew(): Promise<void> {
    await this.#looking
    await this.look()
  }

  /** Stops the searches. Journals that were taken over stay in this process's folder, for its successor. */
  close(): void {
    this.#isClosed = true
    this.#parts.clock.clearTimer(this.#timer)
  }

  async #look(): Promise<void> {
    if (this.#isClosed) return
    const { clock, open, onFailure, onLooked } = this.#parts
    const folder = await open()
    if (folder !== undefined) {
      folder.readers++
      await this.#search(folder).catch(onFailure)
      folder.readers--
    }
    if (this.#isClosed) return
    clock.clearTimer(this.#timer)
    this.#timer = clock.setTimer(() => void this.look(), LOOK_EVERY_MS)
    onLooked(folder)
  }

  async #search(folder: OwnFolder): Promise<void> {
    const { inOrder, isOwn, onFailure } = this.#parts
    const parent = dirname(folder.directory)
    // Journals that an earlier search has moved and could not read.
    await this.#include(folder, await listAdopted(folder.directory))
    for (const unfinished of await listUnfinished(parent)) {
      if (await isAbandoned(unfinished))
        await promises()
          .rm(unfinished, { recursive: true, force: true })
          .catch(() => {})
    }
    for (const orphan of await listOwners(parent)) {
      if (!this.#mayGoOn(folder)) return
      if (isOwn(orphan) || !(await isAbandoned(orphan))) continue
      const step = async () => (this.#mayGoOn(folder) ? adopt(orphan, folder.directory) : undefined)
      const adopted = await inOrder(step).catch(onFailure)
      if (adopted) await this.#include(folder, [adopted])
    }
  }

  #mayGoOn(folder: OwnFolder): boolean {
    return !this.#isClosed && this.#parts.isCurrent(folder)
  }

  /** Reads journals in the folder that are not known yet. */
  async #include(folder: OwnFolder, directories: readonly string[]): Promise<void> {
    const { isOwn, inOrder, onFailure } = this.#parts
    const queue = [...directories]
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const directory = next
      if (isOwn(directory)) continue
      if (!this.#mayGoOn(folder)) return
      try {
        queue.push(...(await inOrder(() => flatten(directory, folder.directory))))
        await this.#includeOne(folder, directory)
      } catch (error) {
        onFailure(error)
      }
    }
  }

  async #includeOne(folder: OwnFolder, directory: string): Promise<void> {
    const { onTakenOver, onLost, segmentBytes, clock, add, inOrder } = this.#parts
    const { journal, pending, damages } = await scanJournal(directory, segmentBytes)
    // The journal then stays in the folder of its destination, for another process.
    if (!this.#mayGoOn(folder)) return
    const source = new Source(journal, folder, false)
    for (const each of pending) add(source, each)
    folder.adopted.push(source)
    onTakenOver(source.count)
    await setAside(dirname(folder.directory), directory, damages, clock.now())
    await inOrder(() => commentOut(source.journal.directory, damages))
    const torn = damages.reduce((sum, { pieces }) => sum + pieces.length, 0)
    if (torn > 0) {
      onTakenOver(torn)
      onLost('spool_corrupt', torn)
    }
    if (source.isSpent) await inOrder(() => folder.removeSpent(source))
  }
}
