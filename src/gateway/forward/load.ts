/** Counts bytes under way. A batch that is complete already may exceed the bound. */
export class Load {
  bytes = 0
  readonly #most: number
  #waiting: (() => void)[] = []

  constructor(most: number) {
    this.#most = most
  }

  get isFull(): boolean {
    return this.bytes >= this.#most
  }

  add(bytes: number): void {
    this.bytes += bytes
  }

  remove(bytes: number): void {
    this.bytes -= bytes
    const waiting = this.#waiting
    this.#waiting = []
    for (const go of waiting) go()
  }

  /** Resolves when bytes have been removed. */
  lighter(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }
}
