/**
 * The processor time that the gateway itself works on an export, without the waits for the service and for other
 * exports. Time on the clock would also count what other processes of a busy machine take.
 */
export class WorkTime {
  readonly #cpuMs: () => number
  #doneMs = 0
  /** Undefined while the export waits. */
  #sinceMs: number | undefined

  /**
   * Work begins at once.
   * @param cpuMs gives the processor time of this process, in milliseconds
   */
  constructor(cpuMs: () => number) {
    this.#cpuMs = cpuMs
    this.#sinceMs = cpuMs()
  }

  get ms(): number {
    return this.#doneMs + (this.#sinceMs === undefined ? 0 : this.#cpuMs() - this.#sinceMs)
  }

  /** Waits for the promise; the wait is no work. */
  async pausedFor(pause: Promise<void>): Promise<void> {
    this.end()
    await pause
    this.#sinceMs = this.#cpuMs()
  }

  end(): void {
    this.#doneMs = this.ms
    this.#sinceMs = undefined
  }
}

/** Processor time of this process, in milliseconds. */
export function processCpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
