import { constants } from 'node:os'
import { setImmediate } from '../common/clock.js'

type Ending = 'SIGTERM' | 'SIGINT' | 'SIGHUP' | 'SIGQUIT' | 'SIGUSR2' | 'SIGBREAK'

/**
 * The signals by which people and tools end a process: SIGQUIT is a terminal's Ctrl-\ and the stop signal of many
 * images, SIGUSR2 the restart of development tools. SIGUSR1 is Node's own, for the debugger.
 */
const SIGNALS: readonly Ending[] =
  process.platform === 'win32'
    ? ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGBREAK']
    : ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR2']

export interface SignalParts {
  /** Begins to deliver; nothing waits for it. */
  readonly hurry: () => void
  /** Delivers while the process goes on for this alone; resolves within the patience, never rejects. */
  readonly deliver: () => Promise<void>
  /** The process ends with the next line; `atOnce` when somebody has no more patience. */
  readonly lastChance: (atOnce: boolean) => void
}

/**
 * Delivers when a signal ends the process, and changes nothing else about it. Where the application, or anybody
 * else, listens to the signal, they are in charge and it is only a reason to deliver soon. Where nobody does,
 * the signal is raised again after the delivery, so that whoever started the process sees how it ended.
 */
export class Signals {
  readonly #parts: SignalParts
  /** Signals whose list of listeners we have left for a moment. */
  readonly #aside = new Set<Ending>()
  /** One of our own for each signal: an application may emit one as an event, and then it brings no name along. */
  readonly #listeners = Object.fromEntries(
    SIGNALS.map((signal) => [signal, (name?: unknown) => this.#onSignal(signal, name !== undefined)]),
  ) as Readonly<Record<Ending, (name?: unknown) => void>>
  #isDelivering = false
  #isOn = true

  constructor(parts: SignalParts) {
    this.#parts = parts
    // Before all others: those that act only when they are alone must find themselves so.
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
      // Without us nothing would have happened.
    } else if (this.#isDelivering) {
      this.#raise(signal, true)
    } else {
      void this.#deliverAndRaise(signal)
    }
  }

  /**
   * Many a library ends the process only when nobody else listens. While the others are called we are therefore
   * not among them.
   */
  #stepAside(signal: Ending): void {
    this.#aside.add(signal)
    process.removeListener(signal, this.#listeners[signal])
    setImmediate(() => this.#comeBack(signal)).unref()
  }

  /**
   * Whoever is the last to take its listener away is about to raise the signal again: back at once, or that
   * would be the end without a delivery.
   */
  readonly #onRemoved = (event: string | symbol): void => {
    const signal = event as Ending
    if (this.#aside.has(signal) && process.listenerCount(signal) === 0) this.#comeBack(signal)
  }

  #comeBack(signal: Ending): void {
    if (this.#aside.delete(signal) && this.#isOn) process.prependListener(signal, this.#listeners[signal])
  }

  #isAlone(signal: Ending): boolean {
    return process.listeners(signal).every((listener) => listener === this.#listeners[signal])
  }

  async #deliverAndRaise(signal: Ending): Promise<void> {
    this.#isDelivering = true
    await this.#parts.deliver()
    this.#isDelivering = false
    this.#raise(signal, false)
  }

  #raise(signal: Ending, atOnce: boolean): void {
    const isAlone = this.#isAlone(signal)
    if (isAlone) this.#parts.lastChance(atOnce)
    process.removeListener(signal, this.#listeners[signal])
    // Should the process live on, its next end is ours to watch again.
    setImmediate(() => {
      if (this.#isOn) process.prependListener(signal, this.#listeners[signal])
    }).unref()
    try {
      process.kill(process.pid, signal)
    } catch {
      // No such signal on this platform; below is how it would have ended.
    }
    // The kernel spares the first process of a container from what it does not handle.
    if (isAlone && (process.pid === 1 || process.platform === 'win32'))
      process.exit(128 + constants.signals[signal])
  }
}
