import {
  afterSockets,
  type Clock,
  clearTimeout,
  LONGEST_TIMER_MS,
  setTimeout,
  type TimerHandle,
} from '../common/clock.js'

/** A position in each queue: the number of an entry, by queue index. */
export type Marks = readonly number[]

interface Waiter {
  /** The flush is complete when the entries up to these numbers are delivered. */
  readonly upTo: Marks
  readonly deadline: number
  readonly timer: TimerHandle
  readonly keepAlive: NodeJS.Timeout
  readonly resolve: (delivered: boolean) => void
  hasLost: boolean
}

/** The pending flushes, each with its own deadline. */
export class FlushWaiters {
  readonly #clock: Clock
  readonly #waiting = new Set<Waiter>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get any(): boolean {
    return this.#waiting.size > 0
  }

  /**
   * Waits until the entries up to these numbers are delivered. Resolves to true at {@link release}, to false at the
   * deadline.
   */
  add(upTo: Marks, timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const waiter: Waiter = {
        upTo,
        deadline: this.#clock.monotonic() + timeoutMs,
        timer: this.#clock.setTimer(
          afterSockets(() => this.#end(waiter, false)),
          timeoutMs,
        ),
        // Keeps the process alive while somebody awaits the flush; all other timers of this package are unreferenced.
        keepAlive: setTimeout(() => {}, Math.min(timeoutMs, LONGEST_TIMER_MS)),
        resolve,
        hasLost: false,
      }
      this.#waiting.add(waiter)
    })
  }

  /** An entry that pending flushes wait for will never be delivered. */
  lost(): void {
    for (const waiter of this.#waiting) waiter.hasLost = true
  }

  /**
   * @param oldest numbers of the oldest undelivered entries
   */
  release(oldest: Marks): void {
    for (const waiter of this.#waiting) {
      const isDone = waiter.upTo.every((number, queue) => (oldest[queue] ?? 0) > number)
      if (isDone) this.#end(waiter, !waiter.hasLost)
    }
  }

  /** Nothing will be sent for `waitMs`: ends the flushes whose deadline is earlier. */
  giveUpBefore(waitMs: number): void {
    const opensAt = this.#clock.monotonic() + waitMs
    for (const waiter of this.#waiting) if (opensAt > waiter.deadline) this.#end(waiter, false)
  }

  #end(waiter: Waiter, delivered: boolean): void {
    if (!this.#waiting.delete(waiter)) return
    this.#clock.clearTimer(waiter.timer)
    clearTimeout(waiter.keepAlive)
    waiter.resolve(delivered)
  }
}
