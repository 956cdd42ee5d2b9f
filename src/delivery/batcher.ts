import type { Clock, TimerHandle } from '../clock.js'
import type { Ledger } from '../ledger.js'
import type { Batch } from './batch.js'
import { FlushWaiters } from './flush-waiters.js'
import { Gate } from './gate.js'
import type { Line } from './line.js'
import { Queue, type QueueSettings } from './queue.js'
import type { DeliveryReport } from './report.js'
import type { Upload, Uploader } from './uploader.js'

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

/** One POST, as it would go or has gone over the wire. */
export interface Post {
  readonly path: string
  readonly body: Uint8Array
  readonly count: number
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
  readonly #waiters: FlushWaiters
  #isPaused = false
  #isClosed = false
  #pumpIsDue = false
  #wakeTimer: TimerHandle | undefined
  #lastSent: Line | undefined
  #onChange: (() => void) | undefined

  constructor(parts: BatcherParts) {
    this.#parts = parts
    this.#settings = parts.settings
    this.#queue = new Queue(parts)
    this.#gate = new Gate(parts.clock, parts.random)
    this.#waiters = new FlushWaiters(parts.clock)
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
    return this.#queue.flying
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
    if (this.#queue.waiting === 0 && this.#queue.flights === 0) return Promise.resolve(true)
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
   * All that is not delivered, as the requests that would deliver it, those in flight first and under their
   * own ids. It stays here.
   */
  undelivered(): Post[] {
    return this.#queue.all().map(([line, batch]) => {
      return { path: line.path, body: line.frame(batch), count: batch.count }
    })
  }

  /** Forgets all that is not delivered: it has gone another way, or nowhere. */
  abandon(): void {
    this.#queue.clear()
    this.#onChange?.()
    this.#settleWaiters()
  }

  /** From here on tells, at once and at each change, how many logs and entries are undelivered. */
  publish(tell: (undelivered: number) => void): void {
    this.#onChange = () => tell(this.queued + this.inFlight)
    this.#onChange()
  }

  /** Ends for good; answers that come later are not counted. Gives how many logs and entries are left behind. */
  close(): number {
    this.#isClosed = true
    this.#parts.clock.clearTimer(this.#wakeTimer)
    for (const line of this.#queue.lines) line.stopTimer()
    return this.queued + this.inFlight
  }

  #add(line: Line, json: string): void {
    const lost = this.#queue.add(line, json)
    if (lost > 0) this.#lose('queue_full', lost)
    if (!line.hasTimer) this.#startTimer(line)
    if (line.lane.isFull) this.#pumpSoon()
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
    this.#parts.uploader.outside(() =>
      setImmediate(() => {
        this.#pumpIsDue = false
        this.#pump()
      }).unref(),
    )
  }

  #pump(): void {
    this.#parts.clock.clearTimer(this.#wakeTimer)
    this.#wakeTimer = undefined
    if (this.#isPaused || this.#isClosed) return
    while (this.#queue.flights < MAX_IN_FLIGHT && this.#gate.waitMs === 0) {
      const line = this.#nextLine()
      if (line === undefined) break
      void this.#send(line)
    }
    this.#wakeWhenOpen()
  }

  /** The line whose turn it is: they take turns, so that neither can crowd out the other. */
  #nextLine(): Line | undefined {
    const goesAnyway = this.#waiters.any || this.#gate.reason !== undefined
    const ready = this.#queue.lines.filter((line) => line.isReady || (goesAnyway && line.lane.count > 0))
    return ready.find((line) => line !== this.#lastSent) ?? ready[0]
  }

  #wakeWhenOpen(): void {
    const { waitMs } = this.#gate
    if (waitMs === 0 || waitMs === Number.POSITIVE_INFINITY || this.queued === 0) return
    this.#wakeTimer = this.#parts.uploader.outside(() =>
      this.#parts.clock.setTimer(() => this.#pump(), waitMs),
    )
  }

  async #send(line: Line): Promise<void> {
    const batch = this.#queue.take(line)
    if (batch === undefined) return
    this.#lastSent = line
    if (line.lane.count === 0) line.stopTimer()
    const round = this.#gate.enter()
    this.#parts.report.underWay(this.#queue.logsUnderWay)
    const upload = await this.#parts.uploader.post(line.path, line.frame(batch))
    // Whoever closed has counted what was still on its way; whoever abandoned it, too.
    if (this.#isClosed || !this.#queue.isFlying(batch)) return
    this.#settle(line, batch, upload, round)
    this.#parts.report.underWay(this.#queue.logsUnderWay)
    this.#parts.report.answered(line.path, batch.count, upload)
    this.#pump()
    this.#settleWaiters()
    this.#onChange?.()
  }

  #settle(line: Line, batch: Batch, { outcome }: Upload, round: number): void {
    switch (outcome.kind) {
      case 'sent':
        this.#gate.succeeded(round)
        this.#queue.finish(batch)
        line.lane.grow()
        this.#count(line, batch.count, Math.min(outcome.rejected, batch.count))
        if (outcome.rejected > 0) this.#parts.report.rejected(line.path, outcome.rejections)
        return
      case 'too_large':
        this.#gate.succeeded(round)
        if (this.#queue.halve(batch)) return
        this.#queue.finish(batch)
        this.#lose('too_large', batch.count)
        return
      case 'refused':
        this.#gate.succeeded(round)
        this.#queue.finish(batch)
        this.#lose('bad_batch', batch.count)
        return
      default: {
        batch.attempts++
        const isTired = batch.attempts > this.#settings.maxRetries
        if (isTired) batch.attempts = 0
        this.#gate.failed(outcome, round)
        this.#lose('queue_full', this.#queue.putBack(batch, isTired ? 'last' : 'first'))
      }
    }
  }

  #count(line: Line, count: number, rejected: number): void {
    const { ledger } = this.#parts
    if (line === this.#queue.logs) {
      ledger.accepted += count - rejected
      ledger.rejected += rejected
    } else {
      ledger.requestsAccepted += count - rejected
    }
    this.#lose('rejected', rejected)
  }

  #lose(reason: 'rejected' | 'too_large' | 'bad_batch' | 'queue_full', count: number): void {
    if (count === 0) return
    this.#parts.ledger.drop(reason, count)
    if (reason === 'queue_full') this.#parts.report.lost(count)
    this.#waiters.lost()
  }

  #settleWaiters(): void {
    if (!this.#waiters.any) return
    this.#waiters.settle(this.#queue.oldest)
    if (this.#queue.flights > 0) return
    this.#waiters.giveUpBefore(this.#isPaused ? Number.POSITIVE_INFINITY : this.#gate.waitMs)
  }
}
