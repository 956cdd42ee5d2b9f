import { Buffer } from 'node:buffer'
import { type Clock, clearTimeout, setTimeout } from '../common/clock.js'
import type { DropLedger, DropReason } from '../diagnostics/drop-ledger.js'
import { backoffMs } from './backoff.js'
import type { Destination, Destinations } from './destination.js'
import { fateOf } from './fate.js'

export interface ApiCallerParts {
  readonly destinations: Destinations
  readonly ledger: DropLedger
  /** Its timers keep nothing of the context in which they are set. */
  readonly clock: Clock
  readonly random: () => number
}

/** One request that carries neither logs nor request entries. */
export interface ApiCall {
  readonly path: string
  /** Anything JSON; `null` where the call has no body to speak of. */
  readonly body: unknown
  readonly withKey: boolean
  /** Tried again for so long; 0 for once only. */
  readonly retryForMs: number
  /** A newer call of the same subject takes the place of this one. */
  readonly subject?: string
}

/** A call that has not come to its end. */
export interface PendingCall {
  readonly call: ApiCall
  readonly bytes: Buffer
  /** Where it goes; another one only while this one certainly has not taken it. */
  destination: Destination
}

interface Pending extends PendingCall {
  /** A newer one has come. */
  isReplaced: boolean
  /** Somebody else has seen to it. */
  isHandedOver: boolean
  /** The service has asked to be left alone so long; only another key or address is a reason not to wait. */
  isHeld: boolean
  /** A send of it ended so that nobody knows whether the service has taken it. */
  mayBeTaken: boolean
  wake: () => void
}

const MOST_PENDING = 200
const MOST_BYTES = 16 * 1024 * 1024
/** An API call is one entry, and has a time limit in place of a number of retries. */
const KNOWN = { knownEntries: 1, maxRetries: Number.POSITIVE_INFINITY }

/** Makes the API calls outside of the batches: pings, feedback, releases. Retries for a while; never rejects. */
export class ApiCaller {
  readonly #parts: ApiCallerParts
  readonly #pending = new Set<Pending>()
  readonly #idle = new Set<() => void>()
  readonly #waiting = new Set<() => void>()
  #bytes = 0
  #lost = 0
  #isClosed = false

  constructor(parts: ApiCallerParts) {
    this.#parts = parts
    parts.destinations.addUser((destination) =>
      [...this.#pending].some((pending) => pending.destination === destination),
    )
  }

  /** The answer's body, or undefined when it could not be had. */
  async run(call: ApiCall): Promise<string | undefined> {
    const { destinations, ledger } = this.#parts
    ledger.calls++
    if (this.#isClosed) return this.#lose('closed')
    if (call.subject !== undefined) this.#replace(call.subject)
    const bytes = Buffer.from(JSON.stringify(call.body))
    if (this.#pending.size >= MOST_PENDING || this.#bytes + bytes.byteLength > MOST_BYTES)
      return this.#lose('queue_full')
    const pending: Pending = {
      call,
      bytes,
      destination: destinations.current,
      isReplaced: false,
      isHandedOver: false,
      isHeld: false,
      mayBeTaken: false,
      wake: () => {},
    }
    this.#pending.add(pending)
    this.#bytes += bytes.byteLength
    try {
      return await this.#deliver(pending)
    } finally {
      this.#pending.delete(pending)
      this.#bytes -= bytes.byteLength
      destinations.closeUnused()
      if (this.#pending.size === 0) for (const idle of this.#idle) idle()
    }
  }

  /** True when all calls have come to a good end within the time. */
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
  undelivered(): PendingCall[] {
    return [...this.#pending].filter(({ isReplaced }) => !isReplaced)
  }

  /** Has `giveUp` called when nobody should wait any longer: the process has nothing to do but this. */
  onGiveUpWaiting(giveUp: () => void): () => void {
    this.#waiting.add(giveUp)
    return () => this.#waiting.delete(giveUp)
  }

  /** Whether somebody waits for an answer. */
  get hasCallers(): boolean {
    return this.#waiting.size > 0
  }

  /** Gives a function that lets those who wait for an answer now go on without; the calls themselves go on, too. */
  giveUpWaiting(): () => void {
    const those = [...this.#waiting]
    return () => {
      for (const giveUp of those) giveUp()
    }
  }

  /** Calls that have not come to their end. */
  get pending(): number {
    return this.#pending.size
  }

  /** Forgets what waits: it has gone another way, or nowhere. */
  handOver(): void {
    for (const pending of this.#pending) {
      pending.isHandedOver = true
      // Nobody sends it any more, and a newer one has been handed over in its place.
      if (pending.isReplaced) this.#giveUp(pending.call)
      pending.wake()
    }
    this.#pending.clear()
  }

  /** There is another destination: what was held back because of the one before may go at once. */
  moved(): void {
    for (const { wake } of this.#pending) wake()
  }

  close(): void {
    this.#isClosed = true
    for (const pending of this.#pending) pending.wake()
  }

  async #deliver(pending: Pending): Promise<string | undefined> {
    const { clock, destinations, ledger } = this.#parts
    const { call, bytes } = pending
    const deadline = clock.monotonic() + call.retryForMs
    for (let attempts = 1; ; attempts++) {
      if (!pending.mayBeTaken || pending.destination.leadsWhere(destinations.current)) {
        pending.destination = destinations.current
      }
      const { current } = destinations
      const { outcome } = await pending.destination.post(call.path, bytes, { withKey: call.withKey })
      if (pending.isHandedOver) return undefined
      const fate = fateOf(outcome, { entries: 1, attempts }, KNOWN)
      if (fate.kind === 'drop' || fate.kind === 'halve')
        return this.#lose(fate.kind === 'drop' ? fate.reason : 'too_large')
      if (fate.kind === 'done') {
        if (fate.rejected > 0 || outcome.kind !== 'sent') return this.#lose('rejected')
        ledger.take(call.path, 1, 0)
        return outcome.body
      }
      const { reason, waitMs: heldMs } = fate.hold
      pending.isHeld = reason !== 'backoff'
      pending.mayBeTaken ||= fate.mayBeTaken
      const hasMoved = current !== destinations.current
      const waitMs = hasMoved ? 0 : (heldMs ?? backoffMs(attempts - 1, this.#parts.random))
      if (pending.isReplaced || clock.monotonic() + waitMs > deadline) return this.#giveUp(call)
      if (!this.#isClosed) await this.#sleep(pending, waitMs)
      if (pending.isHandedOver) return undefined
      // Whoever sleeps may wake late: a laptop that was shut, a loop that was blocked.
      if (this.#isClosed || pending.isReplaced || clock.monotonic() > deadline) return this.#giveUp(call)
    }
  }

  #giveUp(call: ApiCall): undefined {
    return this.#lose(call.withKey ? 'exit' : 'stale_ping')
  }

  #sleep(pending: Pending, waitMs: number): Promise<void> {
    const { clock } = this.#parts
    return new Promise((resolve) => {
      const timer = clock.setTimer(resolve, waitMs)
      pending.wake = () => {
        clock.clearTimer(timer)
        resolve()
      }
    })
  }

  #replace(subject: string): void {
    for (const pending of this.#pending) {
      if (pending.call.subject !== subject) continue
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
