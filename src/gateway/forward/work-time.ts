import type { Clock } from '../../common/clock.js'

/** The time that the gateway itself works on an export, without the waits for the service and for other exports. */
export class WorkTime {
  readonly #clock: Clock
  readonly #cpuUsedMs: () => number
  #doneMs = 0
  /** Undefined while the export waits. */
  #sinceMs: number | undefined

  /**
   * Work begins at once.
   * @param cpuUsedMs gives the processor time of this process since then, for all exports
   */
  constructor(clock: Clock, cpuUsedMs: () => number) {
    this.#clock = clock
    this.#cpuUsedMs = cpuUsedMs
    this.#sinceMs = clock.monotonic()
  }

  /** At most the processor time of the process: on a busy machine the clock counts what other processes take too. */
  get ms(): number {
    return Math.min(this.#clockMs, this.#cpuUsedMs())
  }

  get #clockMs(): number {
    return this.#doneMs + (this.#sinceMs === undefined ? 0 : this.#clock.monotonic() - this.#sinceMs)
  }

  /** Waits for the promise; the wait is no work. */
  async pausedFor(pause: Promise<void>): Promise<void> {
    this.end()
    await pause
    this.#sinceMs = this.#clock.monotonic()
  }

  end(): void {
    this.#doneMs = this.#clockMs
    this.#sinceMs = undefined
  }
}

/** How old a reading of the processor time may be. A reading costs as much as several records. */
const READING_MS = 1000

/**
 * Gives a function that begins to count the work of one export.
 * @param cpuMs gives the processor time of this process, in milliseconds
 */
export function workTimes(clock: Clock, cpuMs: () => number): () => WorkTime {
  let readAtMs = Number.NEGATIVE_INFINITY
  let reading = 0
  return () => {
    const now = clock.monotonic()
    if (now - readAtMs > READING_MS) {
      reading = cpuMs()
      readAtMs = now
    }
    const beginMs = reading
    return new WorkTime(clock, () => cpuMs() - beginMs)
  }
}

/** Processor time of this process, in milliseconds. */
export function processCpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
