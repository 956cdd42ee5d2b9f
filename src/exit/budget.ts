/** How long the process may be held at its end, over all the steps of it. */
export class Budget {
  #spentMs = 0

  get spentMs(): number {
    return this.#spentMs
  }

  /** What is left of so much patience. */
  left(patienceMs: number): number {
    return Math.max(0, patienceMs - this.#spentMs)
  }

  /** Runs a step and takes the time it took off what is left. */
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

  /** Others have taken so much of the time. */
  charge(ms: number): void {
    this.#spentMs += ms
  }

  /** The process has not ended after all: its next end has all the time again. */
  restore(): void {
    this.#spentMs = 0
  }
}
