import type { Clock } from '../common/clock.js'
import { warnOnce } from '../config/errors.js'

/** After the disk has failed, entries are not written for this time. */
const WRITE_AGAIN_MS = 30_000

/**
 * The one order in which everything runs that changes files or moves folders of a spool, and what is known of the
 * disk from that.
 */
export class DiskOrder {
  /** Called after a task that failed, before the next one begins. Must not reject. */
  onFailure: () => Promise<void> = async () => {}
  readonly #directory: string
  readonly #clock: Clock
  #last: Promise<unknown> = Promise.resolve()
  #failedAt = Number.NEGATIVE_INFINITY
  #isReleased = false

  constructor(directory: string, clock: Clock) {
    this.#directory = directory
    this.#clock = clock
  }

  /** Whether the disk has failed, and is not to be asked for more than it must. */
  get isResting(): boolean {
    return this.#clock.monotonic() - this.#failedAt < WRITE_AGAIN_MS
  }

  /** Runs a step when all before it have ended. Resolves or rejects as the step does. */
  step<T>(step: () => Promise<T>): Promise<T> {
    const done = this.#last.then(step)
    this.#last = done.catch(() => {})
    return done
  }

  /** The same for a task whose failure is one of the disk: it is warned of, and gives `otherwise`. */
  run<T>(task: () => Promise<T>, otherwise: T): Promise<T> {
    return this.step(async () => {
      if (this.#isReleased) return otherwise
      try {
        return await task()
      } catch (error) {
        this.fail(error)
        await this.onFailure()
        return otherwise
      }
    })
  }

  /** The disk has failed. */
  fail(error: unknown): void {
    this.#failedAt = this.#clock.monotonic()
    const why = (error as Error).message
    warnOnce(
      'LOGNITOR_SPOOL_UNAVAILABLE',
      `The spool in ${this.#directory} cannot be used (${why}). Logs are held in memory only until it can.`,
    )
  }

  /** Something in the spool cannot be looked at. Nobody knows that it is lost: it stays where it is. */
  warnOf(where: string, error: unknown): void {
    const why = (error as Error).message
    warnOnce(
      'LOGNITOR_SPOOL_UNAVAILABLE',
      `A part of the spool cannot be read (${where}: ${why}). It stays there and is tried again.`,
      where,
    )
  }

  /** The failure was none of the disk's. */
  isWell(): void {
    this.#failedAt = Number.NEGATIVE_INFINITY
  }

  /** From here on the files may be another process's: tasks that have not begun never do. */
  release(): void {
    this.#isReleased = true
  }
}
