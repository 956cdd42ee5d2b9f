/** The time for which the process may be held at its end, shared by all steps. */
export class Budget {
  #spentMs = 0
  /** Steps that have begun and not ended. */
  #running = 0
  /** When the first of these began. */
  #sinceMs = 0

  get spentMs(): number {
    return this.#spentMs + (this.#running > 0 ? performance.now() - this.#sinceMs : 0)
  }

  /** What is left of `limitMs`. */
  left(limitMs: number): number {
    return Math.max(0, limitMs - this.spentMs)
  }

  /** Runs a step and subtracts its duration. The time of steps that run side by side is subtracted once. */
  spend<T>(step: () => T): T {
    if (this.#running === 0) this.#sinceMs = performance.now()
    this.#running++
    const end = () => {
      const spentMs = this.spentMs
      this.#running--
      if (this.#running === 0) this.#spentMs = spentMs
    }
    let result: T | undefined
    try {
      result = step()
      return result
    } finally {
      if (result instanceof Promise) void result.then(end, end)
      else end()
    }
  }

  /** Subtracts time in ms that others have used. */
  charge(ms: number): void {
    this.#spentMs += ms
  }

  /** The process has not ended: its next end has the whole budget again. */
  restore(): void {
    this.#spentMs = 0
    this.#sinceMs = performance.now()
  }
}
