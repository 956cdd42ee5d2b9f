import { rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Clock, TimerHandle } from '../clock.js'
import { setAside } from './damaged.js'
import { listLegacies, takeOver } from './place.js'
import { scanJournal } from './scan.js'
import { Shelf } from './shelf.js'

export interface LegaciesParts {
  readonly clock: Clock
  readonly segmentBytes: number
  /** Entries of others that are now ours to deliver; a negative number when they no longer are. */
  readonly onTakenOver: (entries: number) => void
  readonly onLost: (reason: 'spool_corrupt', entries: number) => void
}

const LOOK_AROUND_MS = 60_000

/** What processes that live no more have left behind, once it is ours. */
export class Legacies {
  /** The first taken over first. */
  readonly shelves: Shelf[] = []
  readonly #parts: LegaciesParts
  #timer: TimerHandle | undefined
  #looking: Promise<void> | undefined
  #isClosed = false

  constructor(parts: LegaciesParts) {
    this.#parts = parts
  }

  /**
   * Takes over what there is, now and from then on once a minute.
   * @param where the place to look in and our own folder in it; undefined while we have none
   */
  look(where: () => { place: string; own: string } | undefined): Promise<void> {
    const { clock } = this.#parts
    this.#looking ??= this.#takeOver(where()).finally(() => {
      this.#looking = undefined
      if (this.#isClosed) return
      clock.clearTimer(this.#timer)
      this.#timer = clock.setTimer(() => void this.look(where), LOOK_AROUND_MS)
    })
    return this.#looking
  }

  /** A batch of it has come to its end; with the last one the folder goes. */
  async discardSpent(shelf: Shelf): Promise<void> {
    if (!shelf.isSpent || !this.#forget(shelf)) return
    await shelf.journal.close()
    await remove(shelf.journal.directory)
  }

  /** Puts all of it back for whoever comes for it. */
  async giveUp(place: string): Promise<void> {
    for (const shelf of [...this.shelves]) {
      this.#forget(shelf)
      this.#parts.onTakenOver(-shelf.backlog.count)
      await shelf.journal.close()
      const { directory } = shelf.journal
      await rename(directory, join(place, basename(directory))).catch(() => {})
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#parts.clock.clearTimer(this.#timer)
    await this.#looking
    for (const { journal } of this.shelves) await journal.close()
  }

  async #takeOver(where: { place: string; own: string } | undefined): Promise<void> {
    if (where === undefined) return
    try {
      for (const folder of await takeOver(where.place, where.own)) await this.#include(folder, where.place)
    } catch {
      // The next look may see more.
    }
  }

  async #include(folder: string, place: string): Promise<void> {
    const { onTakenOver, onLost, segmentBytes, clock } = this.#parts
    const { journal, pending, damages } = await scanJournal(folder, segmentBytes)
    await setAside(place, folder, damages, clock.now())
    const torn = damages.reduce((sum, { pieces }) => sum + Math.max(1, pieces.length), 0)
    const shelf = new Shelf(journal, false)
    for (const each of pending) shelf.backlog.add(each)
    onTakenOver(shelf.backlog.count + torn)
    if (torn > 0) onLost('spool_corrupt', torn)
    if (shelf.isSpent) await remove(folder)
    else this.shelves.push(shelf)
  }

  #forget(shelf: Shelf): boolean {
    const place = this.shelves.indexOf(shelf)
    if (place >= 0) this.shelves.splice(place, 1)
    return place >= 0
  }
}

/** A folder that holds others of its kind stays: it was too deep to move them, and the next crash will. */
async function remove(folder: string): Promise<void> {
  if ((await listLegacies(folder)).length > 0) return
  await rm(folder, { recursive: true, force: true }).catch(() => {})
}
