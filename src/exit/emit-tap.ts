type Emit = (this: unknown, event: string | symbol, ...args: unknown[]) => boolean

/** Called instead of `process.emit`. `goOn` runs the original. */
export type Tap = (goOn: () => boolean, args: readonly unknown[]) => boolean

const PROBE = Symbol('lognitor.probe')

/**
 * Observes events of `process` without a listener. A listener would change what Node does: an `unhandledRejection`
 * without one ends the process. A listener would also run before those that are added later.
 */
export class EmitTap {
  readonly #taps: ReadonlyMap<string | symbol, Tap>
  readonly #undo: (() => void)[] = []
  /** Events being emitted through this tap: if it is installed twice, it runs once per event. */
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
      // Another wrapper has been put around this one and keeps it; it only passes events on from now on.
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
   * Libraries that watch the exit restore the `emit` they had found, which removes this tap. They do so when listeners
   * are added or removed, so the tap is checked then.
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
