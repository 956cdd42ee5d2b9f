import { Buffer } from 'node:buffer'
import type { Clock } from '../clock.js'
import type { DropReason, Ledger } from '../ledger.js'
import { backoffMs } from './backoff.js'
import type { Post } from './batcher.js'
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
  isReplaced: boolean
  wake: () => void
}

const MOST_PENDING = 200
const HOUR_MS = 3_600_000

/**
 * Runs the single errands that are no logs: pings, feedback, releases. Retries like the batcher, by the same
 * outcomes, and never rejects.
 */
export class Courier {
  readonly #parts: CourierParts
  readonly #pending = new Set<Pending>()
  readonly #idle = new Set<() => void>()
  #isClosed = false

  constructor(parts: CourierParts) {
    this.#parts = parts
  }

  /** The answer's body, or undefined when it could not be had. */
  async run(errand: Errand): Promise<string | undefined> {
    if (this.#isClosed || this.#pending.size >= MOST_PENDING)
      return this.#lose(this.#isClosed ? 'closed' : 'queue_full')
    if (errand.subject !== undefined) this.#replace(errand.subject)
    const bytes = Buffer.from(JSON.stringify(errand.body))
    const pending: Pending = { errand, bytes, isReplaced: false, wake: () => {} }
    this.#pending.add(pending)
    try {
      return await this.#deliver(pending)
    } finally {
      this.#pending.delete(pending)
      if (this.#pending.size === 0) for (const idle of this.#idle) idle()
    }
  }

  /** True when nothing is left to run within the time. */
  async flush(timeoutMs: number): Promise<boolean> {
    if (this.#pending.size === 0) return true
    for (const { wake } of this.#pending) wake()
    return new Promise((resolve) => {
      const { clock } = this.#parts
      const end = (isIdle: boolean) => {
        clock.clearTimer(timer)
        clearTimeout(keepAlive)
        this.#idle.delete(idle)
        resolve(isIdle)
      }
      const idle = () => end(true)
      const timer = clock.setTimer(() => end(false), timeoutMs)
      // As with the batcher: whoever awaits a flush wants the process to live until it is done.
      const keepAlive = setTimeout(() => {}, Math.min(timeoutMs, 60_000))
      this.#idle.add(idle)
    })
  }

  /** What an exit has to deliver in its own way. A ping of a process that has ended is no sign of life. */
  undelivered(): Post[] {
    return [...this.#pending]
      .filter(({ errand }) => errand.withKey)
      .map(({ errand, bytes }) => ({ path: errand.path, body: bytes, count: 0 }))
  }

  /** Errands that an exit would have to deliver. */
  get waiting(): number {
    return this.undelivered().length
  }

  /** Forgets what waits: it has gone another way, or nowhere. */
  abandon(): void {
    this.#pending.clear()
  }

  close(): void {
    this.#isClosed = true
    for (const pending of this.#pending) pending.wake()
  }

  async #deliver(pending: Pending): Promise<string | undefined> {
    const { uploader, clock, random } = this.#parts
    const { errand, bytes } = pending
    const deadline = clock.monotonic() + errand.patienceMs
    for (let failures = 0; ; failures++) {
      const { outcome } = await uploader.post(errand.path, bytes, { withKey: errand.withKey })
      if (outcome.kind === 'sent') return outcome.body
      if (outcome.kind === 'refused' || outcome.kind === 'too_large') return this.#lose('bad_batch')
      const asked = outcome.kind === 'retryable' ? outcome.retryAfterMs : undefined
      const waitMs = Math.min(asked ?? backoffMs(failures, random), HOUR_MS)
      if (pending.isReplaced || clock.monotonic() + waitMs > deadline) {
        return this.#lose(errand.withKey ? 'exit' : 'stale_ping')
      }
      await this.#sleep(pending, waitMs)
      if (pending.isReplaced) return this.#lose('stale_ping')
      if (this.#isClosed) return this.#lose('exit')
    }
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
    this.#parts.ledger.drop(reason)
    return undefined
  }
}
