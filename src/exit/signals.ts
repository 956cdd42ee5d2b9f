import { builtin } from '../common/builtin.js'
import { setImmediate } from '../common/clock.js'
import { runInRootAsyncScope } from '../common/root-async-scope.js'

type Ending = 'SIGTERM' | 'SIGINT' | 'SIGHUP' | 'SIGQUIT' | 'SIGUSR2' | 'SIGBREAK'

/**
 * The signals with which people and tools end a process. SIGQUIT is a terminal's Ctrl-\ and the stop signal of many
 * images. SIGUSR2 is the restart of development tools. SIGUSR1 belongs to Node's debugger.
 */
const SIGNALS: readonly Ending[] =
  process.platform === 'win32'
    ? ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGBREAK']
    : ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR2']

export interface SignalParts {
  /** Starts delivery without waiting. */
  readonly hurry: () => void
  /** Delivers while nothing else keeps the process alive. Resolves within the time limit; never rejects. */
  readonly deliver: () => Promise<void>
  /** Called just before the process ends; `atOnce` when a second signal has arrived during the delivery. */
  readonly lastChance: (atOnce: boolean) => void
}

/**
 * Delivers when a signal ends the process, and changes nothing else. If somebody else listens to the signal, they
 * decide, and the signal only starts a delivery. If nobody does, the signal is raised again after the delivery, so that
 * the parent process sees how the process ended.
 */
export class Signals {
  readonly #parts: SignalParts
  /** Signals from which this class has removed its listener for a moment. */
  readonly #aside = new Set<Ending>()
  /** One listener per signal: an application may emit a signal as an event, without its name as an argument. */
  readonly #listeners = Object.fromEntries(
    SIGNALS.map((signal) => [signal, (name?: unknown) => this.#onSignal(signal, name !== undefined)]),
  ) as Readonly<Record<Ending, (name?: unknown) => void>>
  /** The signal that ends the process after the delivery that is under way. */
  #delivering: Ending | undefined
  /** The delivery has begun in this turn of the event loop. */
  #hasJustBegun = false
  #isOn = true

  constructor(parts: SignalParts) {
    this.#parts = parts
    // First in the list, before listeners that act only when they are alone.
    for (const signal of SIGNALS) process.prependListener(signal, this.#listeners[signal])
    process.on('removeListener', this.#onRemoved)
  }

  close(): void {
    this.#isOn = false
    process.removeListener('removeListener', this.#onRemoved)
    for (const signal of SIGNALS) process.removeListener(signal, this.#listeners[signal])
  }

  #onSignal(signal: Ending, isRaised: boolean): void {
    if (!this.#isAlone(signal)) {
      this.#stepAside(signal)
      this.#parts.hurry()
    } else if (!isRaised) {
      // The application emitted the signal as an event. Without this package nothing would happen.
    } else if (this.#delivering !== undefined) {
      // Signals that came while the event loop was blocked are reported together. The delivery had no time yet.
      if (!this.#hasJustBegun) this.#raise(signal, true)
    } else {
      void this.#deliverAndRaise(signal)
    }
  }

  /**
   * Removes our listener until the next turn of the event loop: while the others are called, since many libraries end
   * the process only if nobody else listens, and while a signal is raised that must have its default effect.
   */
  #stepAside(signal: Ending): void {
    this.#aside.add(signal)
    process.removeListener(signal, this.#listeners[signal])
    setImmediate(() => this.#comeBack(signal)).unref()
  }

  /**
   * The process ends: its event loop runs no more, so no listener of a signal does. A listener of `exit` that raises a
   * signal must end the process by it, as without this package. If the process goes on, the listeners come back.
   *
   * Where a signal was to end the process after its delivery, it does so now: without this package the application could
   * not have ended the process in another way.
   */
  leave(): void {
    for (const signal of SIGNALS) if (this.#isAlone(signal)) this.#stepAside(signal)
    const signal = this.#delivering
    if (signal !== undefined && this.#isAlone(signal)) this.#kill(signal, true)
  }

  /**
   * Whoever removes the last other listener is about to raise the signal again: our listener returns at once, or the
   * process would end without a delivery. If the application removes all listeners, and ours with them, ours returns,
   * too: the delivery takes place, and the signal has its default effect afterwards.
   */
  readonly #onRemoved = (event: string | symbol, listener?: unknown): void => {
    const signal = event as Ending
    if (!Object.hasOwn(this.#listeners, signal)) return
    const isOurs = listener === this.#listeners[signal]
    if (process.listenerCount(signal) === 0) {
      if (!isOurs || !this.#aside.has(signal)) this.#comeBack(signal)
    } else if (isOurs && !this.#aside.has(signal)) {
      // Whoever removes several listeners must find none that was not there before.
      setImmediate(() => this.#comeBack(signal)).unref()
    }
  }

  #comeBack(signal: Ending): void {
    this.#aside.delete(signal)
    if (!this.#isOn || process.listeners(signal).includes(this.#listeners[signal])) return
    // Node's handle of the signal keeps the async context in which it is made.
    runInRootAsyncScope(() => process.prependListener(signal, this.#listeners[signal]))
  }

  #isAlone(signal: Ending): boolean {
    return process.listeners(signal).every((listener) => listener === this.#listeners[signal])
  }

  async #deliverAndRaise(signal: Ending): Promise<void> {
    this.#delivering = signal
    this.#hasJustBegun = true
    setImmediate(() => {
      this.#hasJustBegun = false
    })
    await this.#parts.deliver()
    this.#delivering = undefined
    this.#raise(signal, false)
  }

  #raise(signal: Ending, atOnce: boolean): void {
    const isAlone = this.#isAlone(signal)
    if (isAlone) this.#parts.lastChance(atOnce)
    this.#kill(signal, isAlone)
  }

  #kill(signal: Ending, isAlone: boolean): void {
    // If the process goes on, its next end must be watched again.
    this.#stepAside(signal)
    try {
      process.kill(process.pid, signal)
    } catch {
      // The platform has no such signal; the process exits below instead.
    }
    // The kernel does not deliver unhandled signals to the first process of a container.
    if (isAlone && (process.pid === 1 || process.platform === 'win32'))
      process.exit(128 + builtin('node:os').constants.signals[signal])
  }
}
