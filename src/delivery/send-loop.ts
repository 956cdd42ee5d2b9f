import { type Clock, setTimeout, type TimerHandle } from '../common/clock.js'
import { outside } from '../common/outside.js'
import type { Batch } from './batch.js'
import type { Destinations } from './destination.js'
import type { Dispatcher } from './dispatcher.js'
import type { InFlightBatch } from './in-flight-batch.js'
import type { Queue } from './queue.js'
import type { DeliveryReport } from './report.js'
import type { Replay } from './store/replay.js'
import type { WriteBehind } from './store/write-behind.js'

export interface SendLoopParts {
  readonly queue: Queue
  readonly destinations: Destinations
  readonly dispatcher: Dispatcher
  readonly report: DeliveryReport
  readonly clock: Clock
  /** Whether a flush is pending, so that nothing should wait for more entries. */
  readonly isFlushing: () => boolean
  /** Called when a request has ended, or when the store had no batch. */
  readonly onReturn: () => void
}

const MAX_IN_FLIGHT = 4

/**
 * Sends batches from the queue, and from the store behind it, as soon as they may be sent, with a few requests in
 * flight.
 */
export class SendLoop {
  isPaused = false
  isClosed = false
  readonly #parts: SendLoopParts
  #writeBehind: WriteBehind | undefined
  #replay: Replay | undefined
  #isDue = false
  #wakeTimer: TimerHandle | undefined

  constructor(parts: SendLoopParts) {
    this.#parts = parts
  }

  takeFrom(writeBehind: WriteBehind, replay: Replay): void {
    this.#writeBehind = writeBehind
    this.#replay = replay
  }

  /** Whether nothing is in flight. */
  get isIdle(): boolean {
    return this.#parts.queue.flights === 0 && this.#replay?.isBusy !== true
  }

  /** How long nothing will be sent if no entry comes in, in ms: Infinity for never, 0 where something may be sent. */
  get waitMs(): number {
    return this.isPaused ? Number.POSITIVE_INFINITY : this.#shortestWaitMs(this.#parts.clock.monotonic())
  }

  close(): void {
    this.isClosed = true
    this.#parts.clock.clearTimer(this.#wakeTimer)
  }

  /** Runs in the next turn of the event loop, so that logs written in one turn share full batches. */
  runSoon(): void {
    const isHeld =
      this.#wakeTimer !== undefined && this.#parts.destinations.current.breaker.reason !== undefined
    if (this.#isDue || isHeld || this.isPaused || this.#parts.queue.flights >= MAX_IN_FLIGHT) return
    this.#isDue = true
    // A timer and not an immediate: Node lets an idle loop sleep over an unreferenced immediate, and a referenced one
    // keeps the process alive.
    outside(() =>
      setTimeout(() => {
        this.#isDue = false
        this.run()
      }, 0).unref(),
    )
  }

  run(): void {
    const { clock, destinations } = this.#parts
    clock.clearTimer(this.#wakeTimer)
    this.#wakeTimer = undefined
    if (this.isPaused || this.isClosed) return
    const now = clock.monotonic()
    const { current } = destinations
    const maySend = (batch: Batch) => this.#waitMs(batch, now) === 0
    // Each destination has its own breaker: the loop goes on while at least one is closed.
    while (this.#parts.queue.flights < MAX_IN_FLIGHT) {
      if (destinations.all.every(({ breaker }) => breaker.waitMs(now) > 0)) break
      const isProbe = current.breaker.reason !== undefined
      const flight = this.#parts.queue.takeNext(this.#parts.isFlushing() || isProbe, maySend)
      if (flight === undefined) break
      flight.batch.destination ??= current
      flight.queue.startRest(() => this.run())
      // Entered synchronously, since this request may be the one allowed probe.
      void this.#send(flight, flight.batch.destination.breaker.enter())
    }
    if (this.#hasStored && current.breaker.waitMs(now) === 0) void this.#sendStored(this.#replay as Replay)
    this.#wakeLater(now)
  }

  /** Whether a batch may be taken from the store. */
  get #hasStored(): boolean {
    return this.#replay?.isReady === true
  }

  /** The least wait of a batch, in ms; Infinity while a probe is in flight. */
  #waitMs({ destination, notBefore }: Batch, now: number): number {
    const { breaker } = destination ?? this.#parts.destinations.current
    return Math.max(breaker.waitMs(now), notBefore - now)
  }

  /**
   * Sets the timer that looks at the queue again. A batch that waits for a probe is sent when the probe ends, and a
   * batch that may go now when a request ends or the flush timer fires. All others need this timer.
   */
  #wakeLater(now: number): void {
    const waitMs = this.#shortestWaitMs(now)
    if (waitMs === 0 || waitMs === Number.POSITIVE_INFINITY) return
    this.#wakeTimer = this.#parts.clock.setTimer(() => this.run(), waitMs)
  }

  /** The shortest of all waits that are finite and not over; else 0 or Infinity. */
  #shortestWaitMs(now: number): number {
    const { current, all } = this.#parts.destinations
    const waits = new Set<number>()
    if (this.#hasStored) waits.add(current.breaker.waitMs(now))
    // Batches without a destination all wait for the current one's breaker.
    const hasUnbound = all.length === 1 && current.breaker.reason !== undefined
    if (hasUnbound && this.#parts.queue.waiting > 0) waits.add(current.breaker.waitMs(now))
    else for (const batch of this.#parts.queue.batches()) waits.add(this.#waitMs(batch, now))
    waits.delete(0)
    return waits.size === 0 ? 0 : Math.min(...waits)
  }

  async #send(flight: InFlightBatch, round: number): Promise<void> {
    this.#parts.report.underWay(this.#parts.queue.logsUnderWay)
    await this.#writeBehind?.seal(flight.queue, flight.batch)
    await this.#dispatch(flight, round)
  }

  /** Sends one batch that only the store has. */
  async #sendStored(replay: Replay): Promise<void> {
    const { clock, destinations } = this.#parts
    const flight = await replay.take(() => destinations.current)
    if (flight === undefined) {
      this.#parts.onReturn()
      // What was stored during the read did not start the loop.
      if (this.#hasStored) this.runSoon()
      return
    }
    // The breaker may have opened while the batch was read.
    const { breaker } = destinations.current
    if (this.isClosed || this.isPaused || breaker.waitMs(clock.monotonic()) > 0) {
      flight.putBack('first')
      this.#parts.onReturn()
    } else {
      await this.#dispatch(flight, breaker.enter())
    }
  }

  async #dispatch(flight: InFlightBatch, round: number): Promise<void> {
    try {
      await this.#parts.dispatcher.dispatch(flight, round)
    } catch {
      // Warnings, metrics and diag call foreign code. What it throws must not cost a batch.
      if (flight.isOpen) {
        flight.batch.destination?.breaker.failed({ reason: 'backoff' }, round)
        flight.putBack('last')
      }
    }
    this.#parts.onReturn()
  }
}
