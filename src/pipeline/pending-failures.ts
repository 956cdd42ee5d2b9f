type Decide = (status: number | undefined) => void

const MOST = 1000
const MOST_CHARACTERS = 4_000_000

/**
 * Failures that wait for the answer of their request. Where more than 1000 wait, or more than 4 million characters of
 * text, the oldest is decided without an answer.
 */
export class PendingFailures {
  readonly #sizes = new Map<Decide, number>()
  #characters = 0

  /**
   * @param texts what waits, for its size
   * @returns decides once; later calls do nothing
   */
  add(decide: Decide, ...texts: readonly (string | undefined)[]): Decide {
    const characters = texts.reduce((sum, text) => sum + (text?.length ?? 0), 0)
    const once: Decide = (status) => {
      if (!this.#sizes.delete(once)) return
      this.#characters -= characters
      decide(status)
    }
    this.#sizes.set(once, characters)
    this.#characters += characters
    while (this.#sizes.size > MOST || (this.#characters > MOST_CHARACTERS && this.#sizes.size > 1)) {
      const [oldest] = this.#sizes.keys()
      oldest?.(undefined)
    }
    return once
  }

  /** Decides all without an answer. */
  release(): void {
    for (const decide of this.#sizes.keys()) decide(undefined)
  }
}
