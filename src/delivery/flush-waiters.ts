import {
  type Clock,
  clearTimeout,
  LONGEST_TIMER_MS,
  setImmediate,
  setTimeout,
  type TimerHandle,
} from '../common/clock.js'

/** How far each line has come, in numbers of its entries. */
export type Marks = readonly number[]

interface Waiter {
  /** Waits for the entries up to these numbers. */
  readonly upTo: Marks
  readonly deadline: number
  readonly timer: TimerHandle
  readonly keepAlive: NodeJS.Timeout
  readonly resolve: (delivered: boolean) => void
  hasLost: boolean
}

/** Those who wait for a flush, each with a deadline of its own. */
export class FlushWaiters {
  readonly #clock: Clock
  readonly #waiting = new Set<Waiter>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get any(): boolean {
    return this.#waiting.size > 0
  }

  /** Waits for the entries up to these numbers. True at {@link settle}, false at the deadline. */
  add(upTo: Marks, timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const waiter: Waiter = {
        upTo,
        deadline: this.#clock.monotonic() + timeoutMs,
        // After a blocked event loop the last answer may be there and unread: an immediate runs after the sockets.
        timer: this.#clock.setTimer(() => setImmediate(() => this.#end(waiter, false)), timeoutMs),
        // Who awaits a flush wants the process to live until it is done, though nothing else of ours does.
        keepAlive: setTimeout(() => {}, Math.min(timeoutMs, LONGEST_TIMER_MS)),
        resolve,
        hasLost: false,
      }
      this.#waiting.add(waiter)
    })
  }

  /** Something that somebody waits for will never be delivered. */
  lost(): void {
    for (const waiter of this.#waiting) waiter.hasLost = true
  }

  /** @param oldest numbers of the oldest entries that are not delivered */
  settle(oldest: Marks): void {
    for (const waiter of this.#waiting) {
      const isDone = waiter.upTo.every((number, line) => (oldest[line] ?? 0) > number)
      if (isDone) this.#end(waiter, !waiter.hasLost)
    }
  }

  /** Nothing will be sent for so long: whoever cannot wait that long need not wait at all. */
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
