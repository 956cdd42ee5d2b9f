type Emit = (this: unknown, event: string | symbol, ...args: unknown[]) => boolean

/** Called in place of `process.emit`, with a function that goes on with it. */
export type Tap = (goOn: () => boolean, args: readonly unknown[]) => boolean

const PROBE = Symbol('lognitor.probe')

/**
 * Looks on as the process emits: a listener would change what Node does (an `unhandledRejection` without one
 * ends the process), and would not run after those that are added later.
 */
export class EmitTap {
  readonly #taps: ReadonlyMap<string | symbol, Tap>
  readonly #undo: (() => void)[] = []
  /** Events that pass through it just now: installed twice, it looks on once. */
  readonly #passing = new Set<string | symbol>()
  #isOn = true
  #hasSeenProbe = false
  #isDue = false

  constructor(taps: ReadonlyMap<string | symbol, Tap>) {
    this.#taps = taps
    this.#install()
    for (const event of ['newListener', 'removeListener']) process.on(event, this.#onChange)
  }

  close(): void {
    this.#isOn = false
    for (const event of ['newListener', 'removeListener']) process.removeListener(event, this.#onChange)
    for (const undo of this.#undo.reverse()) undo()
  }

  #install(): void {
    const holder = process as unknown as { emit: Emit }
    const hadOwn = Object.hasOwn(process, 'emit')
    const original = holder.emit
    const look = (event: string | symbol, goOn: () => boolean, args: unknown[]) =>
      this.#look(event, goOn, args)
    const tapped: Emit = function (this: unknown, event, ...args) {
      return look(event, () => original.call(this, event, ...args), args)
    }
    holder.emit = tapped
    this.#undo.push(() => {
      // Whoever has wrapped ours since keeps it, and it does nothing any more.
      if (holder.emit !== tapped) return
      if (hadOwn) holder.emit = original
      else Reflect.deleteProperty(process, 'emit')
    })
  }

  #look(event: string | symbol, goOn: () => boolean, args: readonly unknown[]): boolean {
    if (event === PROBE) this.#hasSeenProbe = true
    const tap = this.#isOn && !this.#passing.has(event) ? this.#taps.get(event) : undefined
    if (tap === undefined) return goOn()
    this.#passing.add(event)
    try {
      return tap(goOn, args)
    } finally {
      this.#passing.delete(event)
    }
  }

  /**
   * Libraries that watch the exit put back the `emit` they once found, and ours is gone with it. They do so as
   * they add or take away listeners.
   */
  readonly #onChange = (): void => {
    if (this.#isDue) return
    this.#isDue = true
    process.nextTick(() => {
      this.#isDue = false
      if (!this.#isOn) return
      this.#hasSeenProbe = false
      process.emit(PROBE as never)
      if (!this.#hasSeenProbe) this.#install()
    })
  }
}
