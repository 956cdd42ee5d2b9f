import { Buffer } from 'node:buffer'
import { type Clock, clearTimeout, setTimeout } from '../clock.js'
import type { DropReason, Ledger } from '../ledger.js'
import { backoffMs } from './backoff.js'
import type { Outcome } from './outcome.js'
import type { Post } from './post.js'
import type { Uploader } from './uploader.js'

export interface CourierParts {
  readonly uploader: Uploader
  readonly ledger: Ledger
  readonly clock: Clock
  readonly random: () => number
}

export interface Errand {
  readonly path: string
  /** Anything JSON; `null` where the call has no body to speak of. */
  readonly body: unknown
  readonly withKey: boolean
  /** Tried again for so long; 0 for once only. */
  readonly patienceMs: number
  /** A newer errand of the same subject takes the place of this one. */
  readonly subject?: string
}

interface Pending {
  readonly errand: Errand
  readonly bytes: Buffer
  /** A newer one has come. */
  isReplaced: boolean
  /** Somebody else has seen to it. */
  isAbandoned: boolean
  /** The service has asked to be left alone so long; only another key or address is a reason not to wait. */
  isHeld: boolean
  wake: () => void
}

const NEW = { isReplaced: false, isAbandoned: false, isHeld: false, wake: () => {} }
const MOST_PENDING = 200
const MOST_BYTES = 16 * 1024 * 1024
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/**
 * Runs the single errands that are no logs: pings, feedback, releases. Retries like the batcher, by the same
 * outcomes, and never rejects.
 */
export class Courier {
  readonly #parts: CourierParts
  readonly #pending = new Set<Pending>()
  readonly #idle = new Set<() => void>()
  readonly #lastCalls = new Set<() => void>()
  #bytes = 0
  #lost = 0
  /** Grows when what was true of key and address is true no more. */
  #round = 0
  #isClosed = false

  constructor(parts: CourierParts) {
    this.#parts = parts
  }

  /** The answer's body, or undefined when it could not be had. */
  async run(errand: Errand): Promise<string | undefined> {
    if (this.#isClosed) return this.#lose('closed')
    if (errand.subject !== undefined) this.#replace(errand.subject)
    const bytes = Buffer.from(JSON.stringify(errand.body))
    if (this.#pending.size >= MOST_PENDING || this.#bytes + bytes.byteLength > MOST_BYTES)
      return this.#lose('queue_full')
    const pending: Pending = { errand, bytes, ...NEW }
    this.#pending.add(pending)
    this.#bytes += bytes.byteLength
    try {
      return await this.#deliver(pending)
    } finally {
      this.#pending.delete(pending)
      this.#bytes -= bytes.byteLength
      if (this.#pending.size === 0) for (const idle of this.#idle) idle()
    }
  }

  /** True when all errands have come to a good end within the time. */
  async flush(timeoutMs: number): Promise<boolean> {
    if (this.#pending.size === 0) return true
    const lostBefore = this.#lost
    for (const { isHeld, wake } of this.#pending) if (!isHeld) wake()
    return new Promise((resolve) => {
      const { clock } = this.#parts
      const end = (isIdle: boolean) => {
        clock.clearTimer(timer)
        clearTimeout(keepAlive)
        this.#idle.delete(idle)
        resolve(isIdle && this.#lost === lostBefore)
      }
      const idle = () => end(true)
      const timer = clock.setTimer(() => end(false), timeoutMs)
      // As with the batcher: whoever awaits a flush wants the process to live until it is done.
      const keepAlive = setTimeout(() => {}, Math.min(timeoutMs, 60_000))
      this.#idle.add(idle)
    })
  }

  /** What an exit has to deliver in its own way: a finished job is worth its ping when the program ends with it. */
  undelivered(): Post[] {
    return [...this.#pending]
      .filter(({ isReplaced }) => !isReplaced)
      .map(({ errand, bytes }) => {
        const post = { path: errand.path, body: bytes, count: 0 }
        return errand.withKey ? post : { ...post, withoutKey: true }
      })
  }

  /** Has `call` called when nobody should wait any longer: the process has nothing to do but this. */
  onLastCall(call: () => void): () => void {
    this.#lastCalls.add(call)
    return () => this.#lastCalls.delete(call)
  }

  /** Whether somebody waits for an answer. */
  get hasCallers(): boolean {
    return this.#lastCalls.size > 0
  }

  /** Gives a function that lets those who wait for an answer now go on without; the errands themselves go on, too. */
  lastCall(): () => void {
    const calls = [...this.#lastCalls]
    return () => {
      for (const call of calls) call()
    }
  }

  /** Errands that an exit would have to deliver. */
  get waiting(): number {
    return this.undelivered().length
  }

  /** Forgets what waits: it has gone another way, or nowhere. */
  abandon(): void {
    for (const pending of this.#pending) {
      pending.isAbandoned = true
      pending.wake()
    }
    this.#pending.clear()
  }

  /** Another key, another address: what was held back because of the old one may go at once. */
  retryNow(): void {
    this.#round++
    for (const { wake } of this.#pending) wake()
  }

  close(): void {
    this.#isClosed = true
    for (const pending of this.#pending) pending.wake()
  }

  async #deliver(pending: Pending): Promise<string | undefined> {
    const { uploader, clock } = this.#parts
    const { errand, bytes } = pending
    const deadline = clock.monotonic() + errand.patienceMs
    for (let failures = 0; ; failures++) {
      const round = this.#round
      const { outcome } = await uploader.post(errand.path, bytes, { withKey: errand.withKey })
      if (outcome.kind === 'sent') return outcome.rejected > 0 ? this.#lose('rejected') : outcome.body
      if (outcome.kind === 'refused' || outcome.kind === 'too_large')
        return this.#lose(outcome.kind === 'refused' ? 'bad_batch' : 'too_large')
      if (pending.isAbandoned) return undefined
      const waitMs = round === this.#round ? this.#pause(pending, outcome, failures) : 0
      const isTooLate = () => clock.monotonic() > deadline
      if (pending.isReplaced || clock.monotonic() + waitMs > deadline) return this.#giveUp(errand)
      if (!this.#isClosed) await this.#sleep(pending, waitMs)
      if (pending.isAbandoned) return undefined
      // Whoever sleeps may wake late: a laptop that was shut, a loop that was blocked.
      if (this.#isClosed || pending.isReplaced || isTooLate()) return this.#giveUp(errand)
    }
  }

  /** How long to wait before the next try. */
  #pause(pending: Pending, outcome: Outcome, failures: number): number {
    const asked = outcome.kind === 'retryable' ? outcome.retryAfterMs : undefined
    const isRefused = outcome.kind === 'unauthorized' || outcome.kind === 'wrong_address'
    pending.isHeld = asked !== undefined || isRefused
    return Math.min(asked ?? (isRefused ? MINUTE_MS : backoffMs(failures, this.#parts.random)), HOUR_MS)
  }

  #giveUp(errand: Errand): undefined {
    return this.#lose(errand.withKey ? 'exit' : 'stale_ping')
  }

  #sleep(pending: Pending, waitMs: number): Promise<void> {
    const { clock, uploader } = this.#parts
    return new Promise((resolve) => {
      const timer = uploader.outside(() => clock.setTimer(resolve, waitMs))
      pending.wake = () => {
        clock.clearTimer(timer)
        resolve()
      }
    })
  }

  #replace(subject: string): void {
    for (const pending of this.#pending) {
      if (pending.errand.subject !== subject) continue
      pending.isReplaced = true
      pending.wake()
    }
  }

  #lose(reason: DropReason): undefined {
    this.#lost++
    this.#parts.ledger.drop(reason)
    return undefined
  }
}
