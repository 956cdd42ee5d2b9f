import { Buffer } from 'node:buffer'
import type { Clock, TimerHandle } from '../clock.js'
import type { Ledger } from '../ledger.js'
import { MAX_BATCH_LOGS, MAX_BATCH_REQUESTS } from '../wire/limits.js'
import type { Batch } from './batch.js'
import { FlushWaiters } from './flush-waiters.js'
import { Gate } from './gate.js'
import { Lane } from './lane.js'
import type { DeliveryReport } from './report.js'
import type { Upload, Uploader } from './uploader.js'

export interface BatcherSettings {
  readonly batchSize: number
  readonly flushInterval: number
  readonly maxRetries: number
  readonly maxQueueSize: number
  readonly maxQueueBytes: number
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

/** One address and what waits for it. */
interface Line {
  readonly path: '/ingest' | '/ingest/requests'
  readonly lane: Lane
  readonly frame: (batch: Batch) => Buffer
  /** Its oldest has waited long enough. */
  isDue: boolean
  timer: TimerHandle | undefined
}

/**
 * Holds what is to be delivered, bounded in count and bytes, and delivers it: in batches by count, bytes
 * and time, a few at once, again after failures. Logs and request entries share the gate, the bytes, flush
 * and the end.
 */
export class Batcher {
  #settings: BatcherSettings
  readonly #parts: BatcherParts
  readonly #gate: Gate
  readonly #logs: Line
  readonly #requests: Line
  readonly #flying = new Map<Batch, Line>()
  readonly #waiters: FlushWaiters
  #flyingBytes = 0
  /** Entries that ever came in. */
  #entered = 0
  #isPaused = false
  #isClosed = false
  #pumpIsDue = false
  #wakeTimer: TimerHandle | undefined

  constructor(parts: BatcherParts) {
    this.#parts = parts
    this.#settings = parts.settings
    this.#gate = new Gate(parts.clock, parts.random)
    this.#waiters = new FlushWaiters(parts.clock)
    const { batchSize } = parts.settings
    this.#logs = {
      path: '/ingest',
      lane: new Lane({ capacity: MAX_BATCH_LOGS, batchSize }),
      frame: (batch) => join(`{"batch_id":${JSON.stringify(batch.id)},"logs":[`, batch),
      isDue: false,
      timer: undefined,
    }
    this.#requests = {
      path: '/ingest/requests',
      lane: new Lane({ capacity: MAX_BATCH_REQUESTS, batchSize: Math.min(batchSize, MAX_BATCH_REQUESTS) }),
      frame: (batch) => join('{"requests":[', batch),
      isDue: false,
      timer: undefined,
    }
  }

  /** Logs and entries that wait, in flight ones not included. */
  get queued(): number {
    return this.#logs.lane.count + this.#requests.lane.count
  }

  /** Bytes held, waiting and in flight. */
  get queuedBytes(): number {
    return this.#logs.lane.bytes + this.#requests.lane.bytes + this.#flyingBytes
  }

  /** Logs and entries on their way. */
  get inFlight(): number {
    let count = 0
    for (const batch of this.#flying.keys()) count += batch.count
    return count
  }

  /** Why nothing is sent at the moment, when nothing is. */
  get holding(): Gate['reason'] {
    return this.#gate.reason
  }

  /** @param json one log, serialised */
  addLog(json: string): void {
    this.#add(this.#logs, json)
  }

  /** @param json one request entry, serialised */
  addRequest(json: string): void {
    this.#add(this.#requests, json)
  }

  /**
   * Sends all that waits. True when everything was delivered, false when the time ran out, something was
   * lost or refused meanwhile, or it is plain that nothing can be delivered in time. Never rejects.
   */
  flush(timeoutMs: number): Promise<boolean> {
    if (this.#isIdle) return Promise.resolve(true)
    this.#gate.lift('backoff')
    const flushed = this.#waiters.add(this.#entered, timeoutMs)
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
    this.#logs.lane.batchSize = settings.batchSize
    this.#requests.lane.batchSize = Math.min(settings.batchSize, MAX_BATCH_REQUESTS)
  }

  /** Another key, another address: what was held back because of the old one may go at once. */
  retryNow(): void {
    this.#gate.lift('all')
    this.#pump()
  }

  /**
   * All that is not delivered, as the requests that would deliver it, those in flight first and under their
   * own ids. It stays here; {@link abandon} is for when it has found another way.
   */
  undelivered(): Post[] {
    const posts = [...this.#flying].map(([batch, line]) => toPost(line, batch))
    for (const line of [this.#logs, this.#requests]) {
      for (const batch of line.lane.all(this.#parts.newId)) posts.push(toPost(line, batch))
    }
    return posts
  }

  /** Ends for good. Gives how many logs and entries are left behind. */
  close(): number {
    this.#isClosed = true
    const { clock } = this.#parts
    for (const timer of [this.#wakeTimer, this.#logs.timer, this.#requests.timer]) clock.clearTimer(timer)
    return this.queued + this.inFlight
  }

  #add(line: Line, json: string): void {
    const { lane } = line
    lane.push(json, ++this.#entered)
    if (lane.count > this.#settings.maxQueueSize || this.queuedBytes > this.#settings.maxQueueBytes) {
      this.#makeRoom(lane)
    }
    if (lane.isFull) this.#pumpSoon()
    else if (line.timer === undefined) this.#startTimer(line)
  }

  #makeRoom(lane: Lane): void {
    const { ledger, report } = this.#parts
    let dropped = 0
    while (lane.count > this.#settings.maxQueueSize) dropped += lane.dropOldest()
    while (this.queuedBytes > this.#settings.maxQueueBytes && this.queued > 0) {
      const [logs, requests] = [this.#logs.lane, this.#requests.lane]
      dropped += (logs.bytes >= requests.bytes ? logs : requests).dropOldest()
    }
    ledger.drop('queue_full', dropped)
    report.lost(dropped)
    this.#waiters.lost()
  }

  /** The timer starts with the first entry and is not pushed back by the next: a trickle must leave, too. */
  #startTimer(line: Line): void {
    const { clock, uploader } = this.#parts
    const ring = () => {
      line.timer = undefined
      line.isDue = true
      this.#pump()
    }
    line.timer = uploader.outside(() => clock.setTimer(ring, this.#settings.flushInterval))
  }

  /** In the next turn of the loop, so that what is written in one go travels in full batches. */
  #pumpSoon(): void {
    const isWaiting = this.#pumpIsDue || this.#wakeTimer !== undefined || this.#isPaused
    if (isWaiting || this.#flying.size >= MAX_IN_FLIGHT) return
    this.#pumpIsDue = true
    this.#parts.uploader.outside(() =>
      setImmediate(() => {
        this.#pumpIsDue = false
        this.#pump()
      }).unref(),
    )
  }

  #pump(): void {
    while (
      !this.#isPaused &&
      !this.#isClosed &&
      this.#flying.size < MAX_IN_FLIGHT &&
      this.#gate.waitMs === 0
    ) {
      const line = this.#nextLine()
      if (line === undefined) break
      void this.#send(line)
    }
    this.#wakeWhenOpen()
  }

  #nextLine(): Line | undefined {
    const wants = (line: Line) =>
      line.lane.count > 0 && (line.lane.isFull || line.isDue || this.#waiters.any || this.#gate.reason)
    return [this.#logs, this.#requests].find(wants)
  }

  #wakeWhenOpen(): void {
    const { clock, uploader } = this.#parts
    const { waitMs } = this.#gate
    if (waitMs === 0 || waitMs === Number.POSITIVE_INFINITY || this.queued === 0 || this.#isClosed) return
    clock.clearTimer(this.#wakeTimer)
    const wake = () => {
      this.#wakeTimer = undefined
      this.#pump()
    }
    this.#wakeTimer = uploader.outside(() => clock.setTimer(wake, waitMs))
  }

  async #send(line: Line): Promise<void> {
    const batch = line.lane.take(this.#parts.newId)
    if (batch === undefined) return
    if (line.lane.count === 0) {
      line.isDue = false
      this.#parts.clock.clearTimer(line.timer)
      line.timer = undefined
    }
    const enteredAt = this.#gate.enter()
    this.#flying.set(batch, line)
    this.#flyingBytes += batch.bytes
    this.#parts.report.sending(line.path, batch.count)
    const upload = await this.#parts.uploader.post(line.path, line.frame(batch))
    this.#flying.delete(batch)
    this.#flyingBytes -= batch.bytes
    this.#parts.report.sent(line.path, batch.count, upload)
    this.#settle(line, batch, upload, enteredAt)
    this.#pump()
    this.#settleWaiters()
  }

  #settle(line: Line, batch: Batch, { outcome }: Upload, enteredAt: number): void {
    const { ledger, report } = this.#parts
    switch (outcome.kind) {
      case 'sent': {
        this.#gate.succeeded()
        line.lane.grow()
        const rejected = Math.min(outcome.rejected, batch.count)
        if (line === this.#logs) {
          ledger.accepted += batch.count - rejected
          ledger.rejected += rejected
        } else {
          ledger.requestsAccepted += batch.count - rejected
        }
        if (rejected > 0) {
          this.#lose('rejected', rejected)
          report.rejected(line.path, outcome.rejections)
        }
        return
      }
      case 'too_large':
        this.#gate.succeeded()
        if (!line.lane.halve(batch)) this.#lose('too_large', batch.count)
        return
      case 'refused':
        this.#gate.succeeded()
        this.#lose('bad_batch', batch.count)
        return
      default: {
        batch.attempts++
        const isTired = batch.attempts > this.#settings.maxRetries
        if (isTired) batch.attempts = 0
        line.lane.putBack(batch, isTired ? 'last' : 'first')
        this.#gate.failed(outcome, enteredAt)
        if (line.lane.count > this.#settings.maxQueueSize) this.#makeRoom(line.lane)
      }
    }
  }

  #lose(reason: 'rejected' | 'too_large' | 'bad_batch', count: number): void {
    this.#parts.ledger.drop(reason, count)
    this.#waiters.lost()
  }

  get #isIdle(): boolean {
    return this.queued === 0 && this.#flying.size === 0
  }

  #settleWaiters(): void {
    if (!this.#waiters.any) return
    this.#waiters.settle(this.#oldest)
    if (this.#flying.size > 0) return
    this.#waiters.giveUpBefore(this.#isPaused ? Number.POSITIVE_INFINITY : this.#gate.waitMs)
  }

  /** Number of the oldest entry that is not delivered. */
  get #oldest(): number {
    let oldest = Math.min(this.#logs.lane.oldest, this.#requests.lane.oldest)
    for (const batch of this.#flying.keys()) oldest = Math.min(oldest, batch.oldest)
    return oldest
  }
}

function join(head: string, batch: Batch): Buffer {
  return Buffer.concat([Buffer.from(head), ...batch.content(), Buffer.from(']}')])
}

function toPost(line: Line, batch: Batch): Post {
  return { path: line.path, body: line.frame(batch), count: batch.count }
}
