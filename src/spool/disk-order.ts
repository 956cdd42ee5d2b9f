import type { Clock } from '../common/clock.js'
import { warnOnce } from '../config/errors.js'

/** Pause in ms after a disk failure, in which entries are not written. */
const WRITE_AGAIN_MS = 30_000

/**
 * Runs all steps that change files or move folders of a spool one after another, and keeps the state of the disk that
 * they show.
 */
export class DiskOrder {
  /** Called after a failed task, before the next one begins. Must not reject. */
  onFailure: () => Promise<void> = async () => {}
  readonly #directory: string
  readonly #clock: Clock
  #last: Promise<unknown> = Promise.resolve()
  #failedAt = Number.NEGATIVE_INFINITY
  #isReleased = false
  #isForgiven = false

  constructor(directory: string, clock: Clock) {
    this.#directory = directory
    this.#clock = clock
  }

  /** Whether the disk has failed recently, so that only necessary steps should use it. */
  get isResting(): boolean {
    return this.#clock.monotonic() - this.#failedAt < WRITE_AGAIN_MS
  }

  /** Runs a step after all previous ones have ended. Settles as the step does. */
  step<T>(step: () => Promise<T>): Promise<T> {
    const done = this.#last.then(step)
    this.#last = done.catch(() => {})
    return done
  }

  /**
   * Runs a task as a step. A failure counts as one of the disk: it is warned of, and the promise resolves to
   * `otherwise`.
   */
  run<T>(task: () => Promise<T>, otherwise: T): Promise<T> {
    return this.step(async () => {
      if (this.#isReleased) return otherwise
      this.#isForgiven = false
      try {
        return await task()
      } catch (error) {
        if (this.#isForgiven) return otherwise
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
      `The spool in ${this.#directory} cannot be used (${why}). Until it can be used, logs are in memory only, and are lost when the process is killed. ` +
        'Make the directory writable for this process, or name another by spool.directory or LOGNITOR_SPOOL_DIR.',
    )
  }

  /** Warns of a file or folder that cannot be read. Whether its content is lost is unknown, so it stays. */
  warnOf(where: string, error: unknown): void {
    const why = (error as Error).message
    warnOnce(
      'LOGNITOR_SPOOL_UNAVAILABLE',
      `A part of the spool cannot be read (${where}: ${why}). The part is kept, and is read again later. ` +
        'Let this process read it; npx lognitor spool shows what the spool holds.',
      where,
    )
  }

  /** The files of the task that is running have been deleted on purpose: its failure is none of the disk. */
  forgive(): void {
    this.#isForgiven = true
  }

  /** The failure was not the disk's. */
  isWell(): void {
    this.#failedAt = Number.NEGATIVE_INFINITY
  }

  /** From here on the files may belong to another process: tasks that have not begun are skipped. */
  release(): void {
    this.#isReleased = true
  }
}
