import type { Clock, TimerHandle } from '../clock.js'

interface Waiter {
  /** Waits for the entries up to this number. */
  readonly last: number
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

  /** Waits for the entries up to number `last`. True at {@link settle}, false at the deadline. */
  add(last: number, timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const waiter: Waiter = {
        last,
        deadline: this.#clock.monotonic() + timeoutMs,
        timer: this.#clock.setTimer(() => this.#end(waiter, false), timeoutMs),
        // Who awaits a flush wants the process to live until it is done, though nothing else of ours does.
        keepAlive: setTimeout(() => {}, Math.min(timeoutMs, 60_000)),
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

  /** @param oldest number of the oldest entry that is not delivered */
  settle(oldest: number): void {
    for (const waiter of this.#waiting) if (oldest > waiter.last) this.#end(waiter, !waiter.hasLost)
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
