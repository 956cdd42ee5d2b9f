import { Buffer } from 'node:buffer'
import { afterSockets, type Clock, clearTimeout, setTimeout } from '../common/clock.js'
import { outside } from '../common/outside.js'
import type { DropLedger, DropReason } from '../diagnostics/drop-ledger.js'
import { backoffMs } from './backoff.js'
import type { Destination, Destinations } from './destination.js'
import { fateOf } from './fate.js'
import type { Outcome } from './http/outcome.js'
import { warnOfRefusal } from './refusal.js'

export interface ApiCallerParts {
  readonly destinations: Destinations
  readonly ledger: DropLedger
  /** Must run its timers outside of the async context in which they are set. */
  readonly clock: Clock
  readonly random: () => number
}

/** One request to an endpoint that takes no batches. */
export interface ApiCall {
  readonly path: string
  /** Any JSON value; `null` for a call without a body. */
  readonly body: unknown
  readonly withKey: boolean
  /** Retries end this many ms after the call; 0 for a single attempt. */
  readonly retryForMs: number
  /** A newer call with the same subject replaces this one. */
  readonly subject?: string
}

/** A call that has neither succeeded nor failed for good. */
export interface PendingCall {
  readonly call: ApiCall
  readonly bytes: Buffer
  /** Changes only while the service has certainly not accepted the call. */
  destination: Destination
}

interface Pending extends PendingCall {
  /** A newer call with the same subject has been made. */
  isReplaced: boolean
  /** `handOver` has passed the call to the exit sender, or given it up. */
  isHandedOver: boolean
  /**
   * The service has asked for a wait (Retry-After, a refused key). A flush does not cut that wait short; a new key or
   * address does.
   */
  isHeld: boolean
  /** An attempt ended without an answer, so the service may have accepted the call. */
  mayBeTaken: boolean
  wake: () => void
}

const MOST_PENDING = 200
const MOST_BYTES = 16 * 1024 * 1024
/** A call counts as one entry. Its retries are bounded by time and not by number. */
const KNOWN = { knownEntries: 1, maxRetries: Number.POSITIVE_INFINITY }

/**
 * Makes the API calls outside of the batches: pings, feedback, releases. Retries each call for a while. Holds at most
 * 200 calls and 16 MiB. Never rejects.
 */
export class ApiCaller {
  readonly #parts: ApiCallerParts
  readonly #pending = new Set<Pending>()
  readonly #idle = new Set<() => void>()
  readonly #waiting = new Set<() => void>()
  #onChange: (() => void) | undefined
  #bytes = 0
  #lost = 0
  #isClosed = false

  constructor(parts: ApiCallerParts) {
    this.#parts = parts
    parts.destinations.addUser((destination) =>
      [...this.#pending].some((pending) => pending.destination === destination),
    )
  }

  /**
   * Resolves to the body of the answer, or to undefined when the call failed for good. Retries may take a day, and an
   * `await` keeps its async context: they run outside of the caller's.
   */
  run(call: ApiCall): Promise<string | undefined> {
    return outside(() => this.#run(call))
  }

  async #run(call: ApiCall): Promise<string | undefined> {
    const { destinations, ledger } = this.#parts
    ledger.calls++
    if (this.#isClosed) return this.#drop('closed')
    if (call.subject !== undefined) this.#replace(call.subject)
    const bytes = Buffer.from(JSON.stringify(call.body))
    if (this.#pending.size >= MOST_PENDING || this.#bytes + bytes.byteLength > MOST_BYTES)
      return this.#drop('queue_full')
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
    this.#onChange?.()
    try {
      return await this.#deliver(pending)
    } finally {
      this.#pending.delete(pending)
      this.#bytes -= bytes.byteLength
      this.#onChange?.()
      destinations.closeUnused()
      if (this.#pending.size === 0) for (const idle of this.#idle) idle()
    }
  }

  /** Resolves to true when all pending calls have succeeded within `timeoutMs`. */
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
      const timer = clock.setTimer(
        afterSockets(() => end(false)),
        timeoutMs,
      )
      // The clock's timers are unreferenced. This one keeps the process alive while somebody awaits the flush.
      const keepAlive = setTimeout(() => {}, Math.min(timeoutMs, 60_000))
      this.#idle.add(idle)
    })
  }

  /**
   * The calls that the exit sender has to deliver: the ping of a job that has finished must leave although the program
   * ends.
   */
  undelivered(): PendingCall[] {
    return [...this.#pending].filter(({ isReplaced }) => !isReplaced)
  }

  /**
   * Registers `giveUp`. It is called when the process has nothing left to do but wait for the answer. @returns a
   * function that unregisters it
   */
  onGiveUpWaiting(giveUp: () => void): () => void {
    this.#waiting.add(giveUp)
    return () => this.#waiting.delete(giveUp)
  }

  /** Whether a caller waits for an answer. */
  get hasCallers(): boolean {
    return this.#waiting.size > 0
  }

  /** Returns a function that releases the callers that wait at this moment. Their calls continue. */
  giveUpWaiting(): () => void {
    const those = [...this.#waiting]
    return () => {
      for (const giveUp of those) giveUp()
    }
  }

  /** Number of calls that have neither succeeded nor failed for good. */
  get pending(): number {
    return this.#pending.size
  }

  /** Forgets all pending calls. The exit sender has delivered them, or they are lost. */
  handOver(): void {
    for (const pending of this.#pending) {
      pending.isHandedOver = true
      // A replaced call is not in `undelivered()`, so it is counted as dropped here.
      if (pending.isReplaced) this.#giveUp(pending.call)
      pending.wake()
    }
    this.#pending.clear()
    this.#onChange?.()
  }

  /** Calls `onChange` at each change of the number of pending calls. */
  publish(onChange: () => void): void {
    this.#onChange = onChange
  }

  /** The destination has changed: calls that waited because of the former one are retried at once. */
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
      if (!pending.mayBeTaken || pending.destination.hasSameTargetAs(destinations.current)) {
        pending.destination = destinations.current
      }
      const { current } = destinations
      const { outcome } = await pending.destination.post(call.path, bytes, { withKey: call.withKey })
      if (pending.isHandedOver) return undefined
      const fate = fateOf(outcome, { entries: 1, attempts }, KNOWN)
      if (fate.kind === 'drop' || fate.kind === 'halve')
        return this.#refused(call, fate.kind === 'drop' ? fate.reason : 'too_large', outcome)
      if (fate.kind === 'done') {
        if (fate.rejected > 0 || outcome.kind !== 'sent') return this.#refused(call, 'rejected', outcome)
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
      // A sleep may last longer than asked for: the machine was suspended, or the event loop blocked.
      if (this.#isClosed || pending.isReplaced || clock.monotonic() > deadline) return this.#giveUp(call)
    }
  }

  #giveUp(call: ApiCall): undefined {
    return this.#drop(call.withKey ? 'exit' : 'stale_ping')
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

  #refused({ path }: ApiCall, reason: DropReason, outcome: Outcome): undefined {
    warnOfRefusal(path, 1, outcome)
    return this.#drop(reason)
  }

  #drop(reason: DropReason): undefined {
    this.#lost++
    this.#parts.ledger.drop(reason)
    return undefined
  }
}
