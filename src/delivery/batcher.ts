import { type Clock, setTimeout, type TimerHandle } from '../clock.js'
import type { Ledger } from '../ledger.js'
import type { Batch } from './batch.js'
import type { Destination, Destinations } from './destination.js'
import { createDispatcher, type Dispatcher, type LossReason, release } from './dispatcher.js'
import type { EndpointQueue } from './endpoint-queue.js'
import type { HoldReason } from './fate.js'
import { FlushWaiters, type Marks } from './flush-waiters.js'
import type { InFlightBatch } from './in-flight-batch.js'
import type { Keeper } from './keeper.js'
import { Keeping } from './keeping.js'
import { outside } from './outside.js'
import { Queue, type QueueSettings } from './queue.js'
import { Replay } from './replay.js'
import type { DeliveryReport } from './report.js'

export interface BatcherSettings extends QueueSettings {
  readonly flushInterval: number
  readonly maxRetries: number
}

export interface BatcherParts {
  readonly settings: BatcherSettings
  readonly destinations: Destinations
  readonly ledger: Ledger
  readonly report: DeliveryReport
  /** Its timers keep nothing of the context in which they are set. */
  readonly clock: Clock
  readonly newId: () => string
}

/** A batch that is not delivered. */
export interface UndeliveredBatch {
  readonly line: EndpointQueue
  readonly batch: Batch
  readonly destination: Destination
}

const MAX_IN_FLIGHT = 4
/** Half the time that an answer may take: a service that has been silent for longer is in no good order. */
const CONFIRMED_SOON_MS = 5_000

/**
 * Holds what is to be delivered, bounded in count and bytes, and delivers it: in batches by count, bytes
 * and time, a few at once, again after failures. Logs and request entries share the breaker, the bytes, flush
 * and the end.
 */
export class Batcher {
  #settings: BatcherSettings
  readonly #parts: BatcherParts
  readonly #queue: Queue
  readonly #dispatcher: Dispatcher
  readonly #waiters: FlushWaiters
  #keeping: Keeping | undefined
  #replay: Replay | undefined
  #isPaused = false
  #isClosed = false
  #pumpIsDue = false
  /** While there are any nothing is taken from the keeper: it might be another project's. */
  #storeMoves = 0
  #wakeTimer: TimerHandle | undefined
  #onChange: (() => void) | undefined

  constructor(parts: BatcherParts) {
    this.#parts = parts
    this.#settings = parts.settings
    const { clock, destinations } = parts
    this.#queue = new Queue({ ...parts, limits: () => destinations.current.limits })
    this.#waiters = new FlushWaiters(clock)
    this.#dispatcher = createDispatcher({
      ...parts,
      maxRetries: () => this.#settings.maxRetries,
      onLost: (reason, count) => this.lose(reason, count),
    })
    destinations.addUser((destination) => this.#uses(destination))
  }

  /** From here on entries outlive the process. */
  keepIn(keeper: Keeper): void {
    const { clock } = this.#parts
    this.#keeping = new Keeping({
      keeper,
      queue: this.#queue,
      clock,
      outside,
      onWritten: () => this.lose('queue_full', this.#queue.makeRoom()),
    })
    this.#queue.relief = this.#keeping
    this.#replay = new Replay(keeper, this.#queue.lines)
    keeper.onBacklog = () => this.#pumpSoon()
    if (this.queued > 0) this.#keeping.entered()
  }

  /** Logs and entries that wait, in flight ones not included. */
  get queued(): number {
    return this.#queue.waiting
  }

  /** Bytes held, waiting and in flight. */
  get queuedBytes(): number {
    return this.#queue.bytes
  }

  /** Logs and entries on their way. */
  get inFlight(): number {
    return this.#queue.flying + (this.#replay?.flying ?? 0)
  }

  /** Why nothing is sent at the moment, when nothing is. */
  get holding(): HoldReason | undefined {
    return this.#parts.destinations.current.breaker.reason
  }

  /** @param json one log, serialised */
  addLog(json: string): void {
    this.#add(this.#queue.logs, json)
  }

  /** @param json one request entry, serialised */
  addRequest(json: string): void {
    this.#add(this.#queue.requests, json)
  }

  /**
   * Sends all that waits. True when everything was delivered, false when the time ran out, something was
   * lost or refused meanwhile, or it is plain that nothing can be delivered in time. Never rejects.
   */
  flush(timeoutMs: number): Promise<boolean> {
    if (this.#oldest.every((number) => number === Number.POSITIVE_INFINITY)) return Promise.resolve(true)
    for (const { breaker } of this.#parts.destinations.all) breaker.lift()
    for (const batch of this.#queue.batches()) batch.notBefore = 0
    const flushed = this.#waiters.add(this.#queue.entered, timeoutMs)
    this.#pump()
    this.#settleWaiters()
    return flushed
  }

  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
    this.#pump()
  }

  /** Waiting times and sizes count from now on, for what waits already as well. */
  reconfigure(settings: BatcherSettings): void {
    this.#settings = settings
    this.#queue.reconfigure(settings)
    for (const line of this.#queue.lines) {
      if (!line.hasTimer) continue
      line.stopTimer()
      this.#startTimer(line)
    }
    this.#pumpSoon()
  }

  /**
   * There is another destination: what the one before certainly has not taken goes there, and at once.
   * @param storeMoved resolves when the keeper gives nothing any more that is of the destination before
   */
  moved(storeMoved: Promise<void> | undefined): void {
    const { destinations } = this.#parts
    if (storeMoved !== undefined) {
      this.#storeMoves++
      void storeMoved.finally(() => {
        this.#storeMoves--
        this.#pumpSoon()
      })
    }
    for (const { list } of this.#queue.lines)
      for (const batch of list.all) release(batch, destinations.current)
    this.#pump()
    destinations.closeUnused()
  }

  /**
   * All that is not delivered and not safe, those in flight first and under their own ids, none larger than the
   * service is known to take. It stays here; a keeper gets it, too.
   */
  undelivered(): UndeliveredBatch[] {
    const all = this.#queue.all()
    this.#keeping?.saveNow()
    return all.map(([line, batch]) => ({
      line,
      batch,
      destination: batch.destination ?? this.#parts.destinations.current,
    }))
  }

  /**
   * For the end of the process: request entries, which have no batch id by which the service would know them again,
   * and whose request it has as a whole, count as sent.
   */
  trustWritten(): void {
    const now = this.#parts.clock.monotonic()
    const { requests } = this.#queue
    for (const batch of [...this.#queue.batches()]) {
      const { writtenAt, destination } = batch
      if (writtenAt === undefined || now - writtenAt > CONFIRMED_SOON_MS) continue
      if (!this.#queue.isFlying(batch, requests) || destination?.breaker.reason !== undefined) continue
      const { count } = batch
      this.#queue.finish(requests, batch)
      this.#parts.ledger.unconfirmed += count
    }
  }

  /** See {@link Queue.divide}. */
  divide({ line, batch }: UndeliveredBatch, counts: readonly number[]): readonly Batch[] {
    return this.#queue.divide(line, batch, counts)
  }

  /**
   * Forgets all that is in memory: it has gone another way, or nowhere.
   * @param left what was not delivered after all
   * @returns those of them that a keeper does not have
   */
  handOver<T extends { readonly batch?: Batch }>(left: readonly T[]): readonly T[] {
    const lost = this.#keeping === undefined ? left : this.#keeping.handOver(left)
    this.#queue.clear()
    this.#onChange?.()
    this.#settleWaiters()
    return lost
  }

  /** From here on tells, at once and at each change, how many logs and entries are undelivered. */
  publish(tell: (undelivered: number) => void): void {
    this.#onChange = () => tell(this.queued + this.inFlight)
    this.#onChange()
  }

  /** Ends for good; answers that come later are not counted. Resolves to how many logs and entries are lost. */
  async close(): Promise<number> {
    this.#isClosed = true
    this.#parts.clock.clearTimer(this.#wakeTimer)
    for (const line of this.#queue.lines) line.close()
    await this.#keeping?.save()
    this.#replay?.giveUp()
    const left = this.undelivered()
    return this.handOver(left).reduce((sum, { batch }) => sum + batch.count, 0)
  }

  /** Counts entries that will never be delivered. */
  lose(reason: LossReason | 'spool_full' | 'spool_corrupt', count: number): void {
    if (count === 0) return
    this.#parts.ledger.drop(reason, count)
    if (reason === 'queue_full' || reason === 'spool_full') this.#parts.report.lost(count)
    this.#waiters.lost()
  }

  #add(line: EndpointQueue, json: string): void {
    this.lose('queue_full', this.#queue.add(line, json))
    this.#keeping?.entered()
    if (!line.hasTimer) this.#startTimer(line)
    if (line.isFull) this.#pumpSoon()
    this.#onChange?.()
  }

  #startTimer(line: EndpointQueue): void {
    line.startTimer(() => this.#pump(), this.#settings.flushInterval)
  }

  /** In the next turn of the loop, so that what is written in one go travels in full batches. */
  #pumpSoon(): void {
    const isHeld = this.#wakeTimer !== undefined && this.holding !== undefined
    if (this.#pumpIsDue || isHeld || this.#isPaused || this.#queue.flights >= MAX_IN_FLIGHT) return
    this.#pumpIsDue = true
    // A timer and no immediate: over an unreferenced one of these Node lets an idle loop sleep, and a referenced one
    // holds the process.
    outside(() =>
      setTimeout(() => {
        this.#pumpIsDue = false
        this.#pump()
      }, 0).unref(),
    )
  }

  #pump(): void {
    const { clock, destinations } = this.#parts
    clock.clearTimer(this.#wakeTimer)
    this.#wakeTimer = undefined
    if (this.#isPaused || this.#isClosed) return
    const now = clock.monotonic()
    const { current } = destinations
    const maySend = (batch: Batch) => this.#waitMs(batch, now) === 0
    // While one of them has nothing to wait for there may be something to send.
    while (this.#queue.flights < MAX_IN_FLIGHT) {
      if (destinations.all.every(({ breaker }) => breaker.waitMs(now) > 0)) break
      const isProbe = current.breaker.reason !== undefined
      const flight = this.#queue.takeNext(this.#waiters.any || isProbe, maySend)
      if (flight === undefined) break
      flight.batch.destination ??= current
      flight.line.startRest(() => this.#pump())
      // Entered at once, since it may be the one probe that is allowed.
      void this.#send(flight, flight.batch.destination.breaker.enter())
    }
    if (this.#hasStored && current.breaker.waitMs(now) === 0) void this.#sendStored(this.#replay as Replay)
    this.#wakeLater(now)
  }

  /** Whether something may be taken from the keeper. */
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
    this.#wakeTimer = this.#parts.clock.setTimer(() => this.#pump(), waitMs)
  }

  /** The shortest of all waits that have an end and are not over; else 0 or Infinity. */
  #shortestWaitMs(now: number): number {
    const { current, all } = this.#parts.destinations
    const waits = new Set<number>()
    if (this.#hasStored) waits.add(current.breaker.waitMs(now))
    // Of batches without a wait of their own one stands for all.
    const hasUnbound = all.length === 1 && current.breaker.reason !== undefined
    if (hasUnbound && this.queued > 0) waits.add(current.breaker.waitMs(now))
    else for (const batch of this.#queue.batches()) waits.add(this.#waitMs(batch, now))
    waits.delete(0)
    return waits.size === 0 ? 0 : Math.min(...waits)
  }

  async #send(flight: InFlightBatch, round: number): Promise<void> {
    this.#parts.report.underWay(this.#queue.logsUnderWay)
    await this.#keeping?.seal(flight.line, flight.batch)
    await this.#dispatch(flight, round)
  }

  /** One of those that only the keeper has. */
  async #sendStored(replay: Replay): Promise<void> {
    const { clock, destinations } = this.#parts
    // Read for this destination: with another key it would be another project's.
    const destination = destinations.current
    const flight = await replay.take()
    if (flight === undefined) {
      this.#settleWaiters()
      // What came in while it looked was not taken by a pump of its own.
      if (this.#hasStored) this.#pumpSoon()
      return
    }
    // Reading it took its time.
    const isHeld = destination.breaker.waitMs(clock.monotonic()) > 0
    if (this.#isClosed || this.#isPaused || isHeld || destination !== destinations.current) {
      flight.putBack('first')
      this.#goOn()
    } else {
      flight.batch.destination = destination
      await this.#dispatch(flight, destination.breaker.enter())
    }
  }

  async #dispatch(flight: InFlightBatch, round: number): Promise<void> {
    try {
      await this.#dispatcher.dispatch(flight, round)
    } catch {
      // Warnings, metrics and diag end in foreign code; whatever it throws must cost no batch.
      if (flight.isOpen) {
        flight.batch.destination?.breaker.failed({ reason: 'backoff' }, round)
        flight.putBack('last')
      }
    }
    this.#goOn()
  }

  /** Something has come back. */
  #goOn(): void {
    this.#parts.destinations.closeUnused()
    if (this.#isClosed) return
    this.#parts.report.underWay(this.#queue.logsUnderWay)
    this.#pump()
    this.#settleWaiters()
    this.#onChange?.()
  }

  #settleWaiters(): void {
    if (!this.#waiters.any) return
    this.#waiters.settle(this.#oldest)
    if (this.#queue.flights > 0 || this.#replay?.isBusy) return
    const waitMs = this.#isPaused
      ? Number.POSITIVE_INFINITY
      : this.#shortestWaitMs(this.#parts.clock.monotonic())
    this.#waiters.giveUpBefore(waitMs)
  }

  #uses(destination: Destination): boolean {
    for (const batch of this.#queue.batches()) if (batch.destination === destination) return true
    return false
  }

  /** Numbers of the oldest entries that are not delivered, by endpoint; Infinity for none. */
  get #oldest(): Marks {
    const stored = this.#replay?.oldest
    if (stored === undefined) return this.#queue.oldest
    return this.#queue.oldest.map((number, line) => Math.min(number, stored[line] as number))
  }
}
