/** The time for which the process may be held at its end, shared by all steps. */
export class Budget {
  #spentMs = 0

  get spentMs(): number {
    return this.#spentMs
  }

  /** What is left of `limitMs`. */
  left(limitMs: number): number {
    return Math.max(0, limitMs - this.#spentMs)
  }

  /** Runs a step and subtracts its duration. */
  spend<T>(step: () => T): T {
    const startMs = performance.now()
    const result = step()
    if (result instanceof Promise) {
      const settled = () => {
        this.#spentMs += performance.now() - startMs
      }
      void result.then(settled, settled)
    } else {
      this.#spentMs += performance.now() - startMs
    }
    return result
  }

  /** Subtracts time in ms that others have used. */
  charge(ms: number): void {
    this.#spentMs += ms
  }

  /** The process has not ended: its next end has the whole budget again. */
  restore(): void {
    this.#spentMs = 0
  }
}
