import type { Clock } from '../../common/clock.js'

/** The time that the gateway itself works on an export, without the waits for the service and for other exports. */
export class WorkTime {
  readonly #clock: Clock
  #doneMs = 0
  /** Undefined while the export waits. */
  #sinceMs: number | undefined

  /** Work begins at once. */
  constructor(clock: Clock) {
    this.#clock = clock
    this.#sinceMs = clock.monotonic()
  }

  get ms(): number {
    return this.#doneMs + (this.#sinceMs === undefined ? 0 : this.#clock.monotonic() - this.#sinceMs)
  }

  /** Waits for the promise; the wait is no work. */
  async pausedFor(pause: Promise<void>): Promise<void> {
    this.end()
    await pause
    this.#sinceMs = this.#clock.monotonic()
  }

  end(): void {
    this.#doneMs = this.ms
    this.#sinceMs = undefined
  }
}
