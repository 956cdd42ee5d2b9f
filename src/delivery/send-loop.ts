import { type Clock, setTimeout, type TimerHandle } from '../common/clock.js'
import type { Batch } from './batch.js'
import type { Destinations } from './destination.js'
import type { Dispatcher } from './dispatcher.js'
import { outside } from './http/outside.js'
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
  /** Whether somebody waits for all that is there, so that nothing should wait for more. */
  readonly isFlushing: () => boolean
  /** Something has come back, or there was nothing to take. */
  readonly onReturn: () => void
}

const MAX_IN_FLIGHT = 4

/** Takes batches from the queue, and from the store behind it, whenever they may be sent, a few at once. */
export class SendLoop {
  isPaused = false
  isClosed = false
  readonly #parts: SendLoopParts
  #writeBehind: WriteBehind | undefined
  #replay: Replay | undefined
  #isDue = false
  /** While there are any nothing is taken from the store: it might be another project's. */
  #storeMoves = 0
  #wakeTimer: TimerHandle | undefined

  constructor(parts: SendLoopParts) {
    this.#parts = parts
  }

  takeFrom(writeBehind: WriteBehind, replay: Replay): void {
    this.#writeBehind = writeBehind
    this.#replay = replay
  }

  /** Whether nothing is under way. */
  get isIdle(): boolean {
    return this.#parts.queue.flights === 0 && this.#replay?.isBusy !== true
  }

  /** How long nothing will be sent, if nothing comes in: Infinity for never, 0 where that is not so. */
  get waitMs(): number {
    return this.isPaused ? Number.POSITIVE_INFINITY : this.#shortestWaitMs(this.#parts.clock.monotonic())
  }

  close(): void {
    this.isClosed = true
    this.#parts.clock.clearTimer(this.#wakeTimer)
  }

  /** Until this resolves the store may give what belongs to the destination before. */
  awaitStore(moved: Promise<void>): void {
    this.#storeMoves++
    void moved.finally(() => {
      this.#storeMoves--
      this.runSoon()
    })
  }

  /** In the next turn of the loop, so that what is written in one go travels in full batches. */
  runSoon(): void {
    const isHeld =
      this.#wakeTimer !== undefined && this.#parts.destinations.current.breaker.reason !== undefined
    if (this.#isDue || isHeld || this.isPaused || this.#parts.queue.flights >= MAX_IN_FLIGHT) return
    this.#isDue = true
    // A timer and no immediate: over an unreferenced one of these Node lets an idle loop sleep, and a referenced one
    // holds the process.
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
    // While one of them has nothing to wait for there may be something to send.
    while (this.#parts.queue.flights < MAX_IN_FLIGHT) {
      if (destinations.all.every(({ breaker }) => breaker.waitMs(now) > 0)) break
      const isProbe = current.breaker.reason !== undefined
      const flight = this.#parts.queue.takeNext(this.#parts.isFlushing() || isProbe, maySend)
      if (flight === undefined) break
      flight.batch.destination ??= current
      flight.line.startRest(() => this.run())
      // Entered at once, since it may be the one probe that is allowed.
      void this.#send(flight, flight.batch.destination.breaker.enter())
    }
    if (this.#hasStored && current.breaker.waitMs(now) === 0) void this.#sendStored(this.#replay as Replay)
    this.#wakeLater(now)
  }

  /** Whether something may be taken from the store. */
  get #hasStored(): boolean {
    return this.#replay?.isReady === true && this.#storeMoves === 0
  }

  /** How long a batch has to wait at least; Infinity while a probe is on its way. */
  #waitMs({ destination, notBefore }: Batch, now: number): number {
    const { breaker } = destination ?? this.#parts.destinations.current
    return Math.max(breaker.waitMs(now), notBefore - now)
  }

  /**
   * Sees to it that what waits is looked at again. What could go now goes when something comes back or its own timer
   * rings; what waits for a probe goes when that comes back; and all else needs this timer.
   */
  #wakeLater(now: number): void {
    const waitMs = this.#shortestWaitMs(now)
    if (waitMs === 0 || waitMs === Number.POSITIVE_INFINITY) return
    this.#wakeTimer = this.#parts.clock.setTimer(() => this.run(), waitMs)
  }

  /** The shortest of all waits that have an end and are not over; else 0 or Infinity. */
  #shortestWaitMs(now: number): number {
    const { current, all } = this.#parts.destinations
    const waits = new Set<number>()
    if (this.#hasStored) waits.add(current.breaker.waitMs(now))
    // Of batches without a wait of their own one stands for all.
    const hasUnbound = all.length === 1 && current.breaker.reason !== undefined
    if (hasUnbound && this.#parts.queue.waiting > 0) waits.add(current.breaker.waitMs(now))
    else for (const batch of this.#parts.queue.batches()) waits.add(this.#waitMs(batch, now))
    waits.delete(0)
    return waits.size === 0 ? 0 : Math.min(...waits)
  }

  async #send(flight: InFlightBatch, round: number): Promise<void> {
    this.#parts.report.underWay(this.#parts.queue.logsUnderWay)
    await this.#writeBehind?.seal(flight.line, flight.batch)
    await this.#dispatch(flight, round)
  }

  /** One of those that only the store has. */
  async #sendStored(replay: Replay): Promise<void> {
    const { clock, destinations } = this.#parts
    // Read for this destination: with another key it would be another project's.
    const destination = destinations.current
    const flight = await replay.take()
    if (flight === undefined) {
      this.#parts.onReturn()
      // What came in while it looked was not taken by a pump of its own.
      if (this.#hasStored) this.runSoon()
      return
    }
    // Reading it took its time.
    const isHeld = destination.breaker.waitMs(clock.monotonic()) > 0
    if (this.isClosed || this.isPaused || isHeld || destination !== destinations.current) {
      flight.putBack('first')
      this.#parts.onReturn()
    } else {
      flight.batch.destination = destination
      await this.#dispatch(flight, destination.breaker.enter())
    }
  }

  async #dispatch(flight: InFlightBatch, round: number): Promise<void> {
    try {
      await this.#parts.dispatcher.dispatch(flight, round)
    } catch {
      // Warnings, metrics and diag end in foreign code; whatever it throws must cost no batch.
      if (flight.isOpen) {
        flight.batch.destination?.breaker.failed({ reason: 'backoff' }, round)
        flight.putBack('last')
      }
    }
    this.#parts.onReturn()
  }
}
