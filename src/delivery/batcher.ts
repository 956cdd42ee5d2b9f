import type { Clock } from '../common/clock.js'
import { outside } from '../common/outside.js'
import type { DropLedger } from '../diagnostics/drop-ledger.js'
import type { Batch } from './batch.js'
import type { Destination, Destinations } from './destination.js'
import { createDispatcher, type LossReason, release } from './dispatcher.js'
import type { EndpointQueue } from './endpoint-queue.js'
import type { HoldReason } from './fate.js'
import { FlushWaiters, type Marks } from './flush-waiters.js'
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
  /** Must run its timers outside of the async context in which they are set. */
  readonly clock: Clock
  readonly newId: () => string
}

/** A batch that is not delivered. */
export interface UndeliveredBatch {
  readonly queue: EndpointQueue
  readonly batch: Batch
  readonly destination: Destination
}

/** Half of the answer timeout, in ms. A service that stays silent for longer is not assumed to work. */
const CONFIRMED_SOON_MS = 5_000

/**
 * Buffers logs and request entries, bounded in count and bytes, and delivers them in batches by count, bytes and time,
 * with a few requests in flight, and with retries. Both queues share the circuit breaker, the byte bound, flush and
 * shutdown.
 */
export class Batcher {
  #settings: BatcherSettings
  readonly #parts: BatcherParts
  readonly #queue: Queue
  readonly #loop: SendLoop
  readonly #waiters: FlushWaiters
  #store: BatchStore | undefined
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
        onLost: (reason, count) => this.drop(reason, count),
      }),
      isFlushing: () => this.#waiters.any,
      onReturn: () => this.#goOn(),
    })
    destinations.addUser((destination) => this.#uses(destination))
  }

  /** Attaches the store. From here on entries survive the process. */
  keepIn(store: BatchStore): void {
    const { clock, destinations } = this.#parts
    this.#store = store
    this.#writeBehind = new WriteBehind({
      store,
      queue: this.#queue,
      clock,
      outside,
      isFormer: ({ destination }) => destination !== undefined && destination !== destinations.current,
      onSettled: () => this.drop('queue_full', this.#queue.makeRoom()),
      onBacklog: () => this.#loop.runSoon(),
    })
    this.#queue.overflow = this.#writeBehind
    this.#replay = new Replay(store, this.#queue.endpointQueues, clock)
    this.#loop.takeFrom(this.#writeBehind, this.#replay)
    if (this.queued > 0) this.#writeBehind.entered()
  }

  /** Waiting logs and request entries, without those in flight. */
  get queued(): number {
    return this.#queue.waiting
  }

  /** Bytes in memory, waiting and in flight. */
  get queuedBytes(): number {
    return this.#queue.bytes
  }

  /** Logs and request entries in flight. */
  get inFlight(): number {
    return this.#queue.flying + (this.#replay?.flying ?? 0)
  }

  /** Why nothing is sent at the moment; undefined while sending is allowed. */
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
   * Sends everything that waits. Resolves to true when all of it was delivered. Resolves to false at the timeout, when
   * an entry was lost or refused, or when delivery within the timeout is impossible. Never rejects.
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

  /** Applies new intervals and sizes, to waiting entries as well. */
  reconfigure(settings: BatcherSettings): void {
    const hasOtherInterval = settings.flushInterval !== this.#settings.flushInterval
    this.#settings = settings
    this.#queue.reconfigure(settings)
    for (const queue of this.#queue.endpointQueues) {
      if (!hasOtherInterval || !queue.hasTimer) continue
      queue.stopTimer()
      this.#startTimer(queue)
    }
    this.#loop.runSoon()
  }

  /**
   * The destination has changed. Batches that the former destination has certainly not accepted go to the new one at
   * once.
   */
  moved(): void {
    const { destinations } = this.#parts
    for (const { list } of this.#queue.endpointQueues)
      for (const batch of list.all) release(batch, destinations.current)
    this.#loop.run()
    destinations.closeUnused()
  }

  /**
   * The batches that are neither delivered nor stored, with their ids, those in flight first. None is larger than the
   * service is known to accept. They stay in the queue; an attached store gets them as well.
   */
  undelivered(): UndeliveredBatch[] {
    const all = this.#queue.all()
    this.#writeBehind?.saveNow()
    return all.map(([queue, batch]) => ({
      queue,
      batch,
      destination: batch.destination ?? this.#parts.destinations.current,
    }))
  }

  /**
   * For the end of the process. Request entries have no batch id, so the service cannot recognise a repeat. Those whose
   * request was written completely count as sent.
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
  divide({ queue, batch }: UndeliveredBatch, counts: readonly number[]): readonly Batch[] {
    this.#hasDivided ||= counts.length > 1
    return this.#queue.divide(queue, batch, counts)
  }

  /**
   * Removes everything from memory. The exit sender has delivered it, or it is lost.
   * @param left the batches that were not delivered
   * @returns those of `left` that the store does not have
   */
  handOver<T extends { readonly batch?: Batch }>(left: readonly T[]): readonly T[] {
    // Pieces have ids of their own, under which the service may have accepted them.
    if (this.#hasDivided) this.#writeBehind?.saveNow()
    this.#hasDivided = false
    const lost = this.#writeBehind === undefined ? left : this.#writeBehind.handOver(left)
    this.#queue.clear()
    this.#onChange?.()
    this.#settleWaiters()
    return lost
  }

  /** Calls `onChange` at each change of the number of undelivered logs and request entries. */
  publish(onChange: () => void): void {
    this.#onChange = onChange
  }

  /**
   * Closes for good. Answers that arrive later are not counted. Resolves to the number of lost entries.
   * @param timeoutMs longest wait for the disk
   */
  async close(timeoutMs: number): Promise<number> {
    this.#loop.close()
    for (const queue of this.#queue.endpointQueues) queue.close()
    await this.#writeBehind?.save(timeoutMs)
    this.#replay?.giveUp()
    const left = this.undelivered()
    return this.handOver(left).reduce((sum, { batch }) => sum + batch.count, 0)
  }

  /** Counts entries that will never be delivered. */
  drop(reason: LossReason | 'spool_full' | 'spool_corrupt', count: number): void {
    if (count === 0) return
    this.#parts.ledger.drop(reason, count)
    if (reason === 'queue_full' || reason === 'spool_full') this.#parts.report.lost(count)
    this.#waiters.lost()
  }

  #add(queue: EndpointQueue, json: string): void {
    this.drop('queue_full', this.#queue.add(queue, json))
    this.#writeBehind?.entered()
    if (!queue.hasTimer) this.#startTimer(queue)
    if (queue.isFull) this.#loop.runSoon()
    this.#onChange?.()
  }

  #startTimer(queue: EndpointQueue): void {
    queue.startTimer(() => this.#loop.run(), this.#settings.flushInterval)
  }

  /** A request has ended, or the store had no batch. */
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
    this.#waiters.release(this.#oldest)
    if (this.#loop.isIdle) this.#waiters.giveUpBefore(this.#loop.waitMs)
  }

  #uses(destination: Destination): boolean {
    for (const batch of this.#queue.batches()) if (batch.destination === destination) return true
    return false
  }

  /** Numbers of the oldest undelivered entries, by endpoint; Infinity for none. */
  get #oldest(): Marks {
    const stored = this.#store?.oldest
    if (stored === undefined) return this.#queue.oldest
    return this.#queue.oldest.map((number, queue) => Math.min(number, stored[queue] as number))
  }
}
