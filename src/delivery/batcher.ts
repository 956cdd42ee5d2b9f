import { type Clock, setTimeout, type TimerHandle } from '../clock.js'
import type { Ledger } from '../ledger.js'
import { createDispatcher, type Dispatcher, type LossReason } from './dispatcher.js'
import { FlushWaiters, type Marks } from './flush-waiters.js'
import { Gate } from './gate.js'
import type { Keeper } from './keeper.js'
import { Keeping } from './keeping.js'
import type { Line } from './line.js'
import type { Parcel } from './parcel.js'
import type { Post } from './post.js'
import { Queue, type QueueSettings } from './queue.js'
import { Replay } from './replay.js'
import type { DeliveryReport } from './report.js'
import type { Uploader } from './uploader.js'

export interface BatcherSettings extends QueueSettings {
  readonly flushInterval: number
  readonly maxRetries: number
}

export interface BatcherParts {
  readonly settings: BatcherSettings
  readonly uploader: Uploader
  readonly ledger: Ledger
  readonly report: DeliveryReport
  readonly clock: Clock
  readonly random: () => number
  readonly newId: () => string
}

const MAX_IN_FLIGHT = 4

/**
 * Holds what is to be delivered, bounded in count and bytes, and delivers it: in batches by count, bytes
 * and time, a few at once, again after failures. Logs and request entries share the gate, the bytes, flush
 * and the end.
 */
export class Batcher {
  #settings: BatcherSettings
  readonly #parts: BatcherParts
  readonly #queue: Queue
  readonly #gate: Gate
  readonly #dispatcher: Dispatcher
  readonly #waiters: FlushWaiters
  #keeping: Keeping | undefined
  #replay: Replay | undefined
  #isPaused = false
  #isClosed = false
  #pumpIsDue = false
  #wakeTimer: TimerHandle | undefined
  #onChange: (() => void) | undefined

  constructor(parts: BatcherParts) {
    this.#parts = parts
    this.#settings = parts.settings
    const { clock } = parts
    this.#queue = new Queue(parts)
    this.#gate = new Gate(clock, parts.random)
    this.#waiters = new FlushWaiters(clock)
    this.#dispatcher = createDispatcher({
      ...parts,
      gate: this.#gate,
      maxRetries: () => this.#settings.maxRetries,
      onLost: (reason, count) => this.lose(reason, count),
    })
  }

  /** From here on entries outlive the process. */
  keepIn(keeper: Keeper): void {
    const { clock, uploader } = this.#parts
    this.#keeping = new Keeping({
      keeper,
      queue: this.#queue,
      clock,
      outside: uploader.outside,
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
  get holding(): Gate['reason'] {
    return this.#gate.reason
  }

  /** See {@link Gate.heldMs}. */
  get heldMs(): number {
    return this.#gate.heldMs
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
    this.#gate.lift()
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

  reconfigure(settings: BatcherSettings): void {
    this.#settings = settings
    this.#queue.reconfigure(settings)
  }

  /** Another key, another address: what was held back because of the old one may go at once. */
  retryNow(): void {
    this.#gate.forgive()
    this.#pump()
  }

  /**
   * All that is not delivered and not safe, as the requests that would deliver it, those in flight first and
   * under their own ids. It stays here; a keeper gets it, too.
   */
  undelivered(): Post[] {
    const all = this.#queue.all()
    this.#keeping?.saveNow()
    return all.map(([line, batch]) => {
      return { path: line.path, body: line.frame(batch), count: batch.count, batch }
    })
  }

  /**
   * Forgets all that is in memory: it has gone another way, or nowhere.
   * @param left what was not delivered after all
   * @returns those of them that a keeper does not have
   */
  abandon(left: readonly Post[]): readonly Post[] {
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
    return this.abandon(left).reduce((sum, { count }) => sum + count, 0)
  }

  /** Counts entries that will never be delivered. */
  lose(reason: LossReason | 'spool_full' | 'spool_corrupt', count: number): void {
    if (count === 0) return
    this.#parts.ledger.drop(reason, count)
    if (reason === 'queue_full' || reason === 'spool_full') this.#parts.report.lost(count)
    this.#waiters.lost()
  }

  #add(line: Line, json: string): void {
    this.lose('queue_full', this.#queue.add(line, json))
    this.#keeping?.entered()
    if (!line.hasTimer) this.#startTimer(line)
    if (line.isFull) this.#pumpSoon()
    this.#onChange?.()
  }

  #startTimer(line: Line): void {
    this.#parts.uploader.outside(() => line.startTimer(() => this.#pump(), this.#settings.flushInterval))
  }

  /** In the next turn of the loop, so that what is written in one go travels in full batches. */
  #pumpSoon(): void {
    const isWaiting = this.#pumpIsDue || this.#wakeTimer !== undefined || this.#isPaused
    if (isWaiting || this.#queue.flights >= MAX_IN_FLIGHT) return
    this.#pumpIsDue = true
    // A timer and no immediate: over an unreferenced one of these Node lets an idle loop sleep, and a referenced one
    // holds the process.
    this.#parts.uploader.outside(() =>
      setTimeout(() => {
        this.#pumpIsDue = false
        this.#pump()
      }, 0).unref(),
    )
  }

  #pump(): void {
    this.#parts.clock.clearTimer(this.#wakeTimer)
    this.#wakeTimer = undefined
    if (this.#isPaused || this.#isClosed) return
    while (this.#queue.flights < MAX_IN_FLIGHT && this.#gate.waitMs === 0) {
      const parcel = this.#queue.takeNext(this.#waiters.any || this.#gate.reason !== undefined)
      if (parcel === undefined) break
      this.#parts.uploader.outside(() => parcel.line.startRest(() => this.#pump()))
      // At once, since it may be the one probe that is allowed.
      void this.#send(parcel, this.#gate.enter())
    }
    if (this.#replay?.isReady && this.#gate.waitMs === 0) void this.#sendStored(this.#replay)
    this.#wakeWhenOpen()
  }

  #wakeWhenOpen(): void {
    const { waitMs } = this.#gate
    const isIdle = this.queued === 0 && !this.#replay?.isReady
    if (waitMs === 0 || waitMs === Number.POSITIVE_INFINITY || isIdle) return
    this.#wakeTimer = this.#parts.uploader.outside(() =>
      this.#parts.clock.setTimer(() => this.#pump(), waitMs),
    )
  }

  async #send(parcel: Parcel, round: number): Promise<void> {
    this.#parts.report.underWay(this.#queue.logsUnderWay)
    await this.#keeping?.seal(parcel.line, parcel.batch)
    await this.#dispatch(parcel, round)
  }

  /** One of those that only the keeper has. */
  async #sendStored(replay: Replay): Promise<void> {
    const parcel = await replay.take()
    if (parcel === undefined) return
    // Reading it took its time.
    if (this.#isClosed || this.#isPaused || this.#gate.waitMs > 0) {
      parcel.putBack('first')
      this.#goOn()
    } else {
      await this.#dispatch(parcel, this.#gate.enter())
    }
  }

  async #dispatch(parcel: Parcel, round: number): Promise<void> {
    try {
      await this.#dispatcher.dispatch(parcel, round)
    } catch (error) {
      // Warnings, metrics and diag end in foreign code; whatever it throws must cost no batch.
      if (parcel.isOpen) {
        this.#gate.failed({ kind: 'retryable', why: String(error) }, round)
        parcel.putBack('last')
      }
    }
    this.#goOn()
  }

  /** Something has come back. */
  #goOn(): void {
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
    this.#waiters.giveUpBefore(this.#isPaused ? Number.POSITIVE_INFINITY : this.#gate.waitMs)
  }

  /** Numbers of the oldest entries that are not delivered, by line; Infinity for none. */
  get #oldest(): Marks {
    const stored = this.#replay?.oldest
    if (stored === undefined) return this.#queue.oldest
    return this.#queue.oldest.map((number, line) => Math.min(number, stored[line] as number))
  }
}
