import type { Clock } from '../common/clock.js'
import type { DropLedger } from '../diagnostics/drop-ledger.js'
import type { Batch } from './batch.js'
import type { Destination, Destinations } from './destination.js'
import { createDispatcher, type LossReason, release } from './dispatcher.js'
import type { EndpointQueue } from './endpoint-queue.js'
import type { HoldReason } from './fate.js'
import { FlushWaiters, type Marks } from './flush-waiters.js'
import { outside } from './http/outside.js'
import { Queue, type QueueSettings } from './queue.js'
import type { DeliveryReport } from './report.js'
import { SendLoop } from './send-loop.js'
import type { BatchStore } from './store/batch-store.js'
import { Replay } from './store/replay.js'
import { WriteBehind } from './store/write-behind.js'

export interface BatcherSettings extends QueueSettings {
  readonly flushInterval: number
  readonly maxRetries: number
}

export interface BatcherParts {
  readonly settings: BatcherSettings
  readonly destinations: Destinations
  readonly ledger: DropLedger
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
  readonly #loop: SendLoop
  readonly #waiters: FlushWaiters
  #writeBehind: WriteBehind | undefined
  #replay: Replay | undefined
  #onChange: (() => void) | undefined
  #hasDivided = false

  constructor(parts: BatcherParts) {
    this.#parts = parts
    this.#settings = parts.settings
    const { clock, destinations } = parts
    this.#queue = new Queue({ ...parts, limits: () => destinations.current.limits })
    this.#waiters = new FlushWaiters(clock)
    this.#loop = new SendLoop({
      ...parts,
      queue: this.#queue,
      dispatcher: createDispatcher({
        ...parts,
        maxRetries: () => this.#settings.maxRetries,
        onLost: (reason, count) => this.lose(reason, count),
      }),
      isFlushing: () => this.#waiters.any,
      onReturn: () => this.#goOn(),
    })
    destinations.addUser((destination) => this.#uses(destination))
  }

  /** From here on entries outlive the process. */
  keepIn(store: BatchStore): void {
    const { clock, destinations } = this.#parts
    this.#writeBehind = new WriteBehind({
      store,
      queue: this.#queue,
      clock,
      outside,
      isFormer: ({ destination }) => destination !== undefined && destination !== destinations.current,
      onSettled: () => this.lose('queue_full', this.#queue.makeRoom()),
    })
    this.#queue.overflow = this.#writeBehind
    this.#replay = new Replay(store, this.#queue.lines, clock)
    this.#loop.takeFrom(this.#writeBehind, this.#replay)
    store.onBacklog = () => this.#loop.runSoon()
    if (this.queued > 0) this.#writeBehind.entered()
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
    this.#loop.run()
    this.#settleWaiters()
    return flushed
  }

  pause(): void {
    this.#loop.isPaused = true
  }

  resume(): void {
    this.#loop.isPaused = false
    this.#loop.run()
  }

  /** Waiting times and sizes count from now on, for what waits already as well. */
  reconfigure(settings: BatcherSettings): void {
    const hasOtherInterval = settings.flushInterval !== this.#settings.flushInterval
    this.#settings = settings
    this.#queue.reconfigure(settings)
    for (const line of this.#queue.lines) {
      if (!hasOtherInterval || !line.hasTimer) continue
      line.stopTimer()
      this.#startTimer(line)
    }
    this.#loop.runSoon()
  }

  /**
   * There is another destination: what the one before certainly has not taken goes there, and at once.
   * @param storeMoved resolves when the store gives nothing any more that is of the destination before
   */
  moved(storeMoved: Promise<void> | undefined): void {
    const { destinations } = this.#parts
    if (storeMoved !== undefined) this.#loop.awaitStore(storeMoved)
    for (const { list } of this.#queue.lines)
      for (const batch of list.all) release(batch, destinations.current)
    this.#loop.run()
    destinations.closeUnused()
  }

  /**
   * All that is not delivered and not safe, those in flight first and under their own ids, none larger than the
   * service is known to take. It stays here; a store gets it, too.
   */
  undelivered(): UndeliveredBatch[] {
    const all = this.#queue.all()
    this.#writeBehind?.saveNow()
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
    this.#hasDivided ||= counts.length > 1
    return this.#queue.divide(line, batch, counts)
  }

  /**
   * Forgets all that is in memory: it has gone another way, or nowhere.
   * @param left what was not delivered after all
   * @returns those of them that a store does not have
   */
  handOver<T extends { readonly batch?: Batch }>(left: readonly T[]): readonly T[] {
    // The pieces have ids of their own, under which they may have been taken.
    if (this.#hasDivided) this.#writeBehind?.saveNow()
    this.#hasDivided = false
    const lost = this.#writeBehind === undefined ? left : this.#writeBehind.handOver(left)
    this.#queue.clear()
    this.#onChange?.()
    this.#settleWaiters()
    return lost
  }

  /** From here on tells, at once and at each change, how many logs and entries are undelivered. */
  publish(onChange: (undelivered: number) => void): void {
    this.#onChange = () => onChange(this.queued + this.inFlight)
    this.#onChange()
  }

  /**
   * Ends for good; answers that come later are not counted. Resolves to how many logs and entries are lost.
   * @param timeoutMs a disk that has not answered by then is not waited for
   */
  async close(timeoutMs: number): Promise<number> {
    this.#loop.close()
    for (const line of this.#queue.lines) line.close()
    await this.#writeBehind?.save(timeoutMs)
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
    this.#writeBehind?.entered()
    if (!line.hasTimer) this.#startTimer(line)
    if (line.isFull) this.#loop.runSoon()
    this.#onChange?.()
  }

  #startTimer(line: EndpointQueue): void {
    line.startTimer(() => this.#loop.run(), this.#settings.flushInterval)
  }

  /** Something has come back. */
  #goOn(): void {
    this.#parts.destinations.closeUnused()
    if (this.#loop.isClosed) return
    this.#parts.report.underWay(this.#queue.logsUnderWay)
    this.#loop.run()
    this.#settleWaiters()
    this.#onChange?.()
  }

  #settleWaiters(): void {
    if (!this.#waiters.any) return
    this.#waiters.settle(this.#oldest)
    if (this.#loop.isIdle) this.#waiters.giveUpBefore(this.#loop.waitMs)
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
