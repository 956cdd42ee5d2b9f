import type { Clock } from '../clock.js'
import { backoffMs } from './backoff.js'
import type { Outcome } from './outcome.js'

const PROBE_MS = 60_000
const HOUR_MS = 3_600_000
const AT_ONCE_MS = 100

export type HoldReason = 'backoff' | 'retry_after' | 'unauthorized' | 'wrong_address'

/**
 * Says when the sender as a whole may send. One failure holds everything back, so that an outage meets one
 * probe at a time and not one retry loop per batch; a probe's success opens it fully.
 */
export class Gate {
  reason: HoldReason | undefined
  readonly #clock: Clock
  readonly #random: () => number
  #failures = 0
  #opensAt = 0
  #probing = false
  /** Goes up with each hold, so that what was under way when one began is told from the probes after it. */
  #round = 0
  /** What was sent before this round no longer counts: it went with an old key or to an old address. */
  #forgiven = 0

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock
    this.#random = random
  }

  /** Milliseconds until something may be sent; 0 is now, Infinity while a probe is on its way. */
  get waitMs(): number {
    if (this.reason === undefined) return 0
    if (this.#probing) return Number.POSITIVE_INFINITY
    return Math.max(0, this.#opensAt - this.#clock.monotonic())
  }

  /** For so long the service has asked to be left alone, or nothing can come of it; our own patience aside. */
  get heldMs(): number {
    if (this.reason === undefined || this.reason === 'backoff') return 0
    return Math.max(0, this.#opensAt - this.#clock.monotonic())
  }

  /** Called at each send; gives the round to report its outcome with. */
  enter(): number {
    if (this.reason !== undefined) this.#probing = true
    return this.#round
  }

  /** An answer that shows a service in good order; one to a request older than the hold proves nothing. */
  succeeded(round: number): void {
    if (round !== this.#round) return
    this.reason = undefined
    this.#failures = 0
    this.#probing = false
  }

  failed(outcome: Outcome, round: number): void {
    if (round < this.#forgiven) return
    const isNews = round === this.#round
    if (isNews) this.#probing = false
    const [reason, waitMs] = this.#waitFor(outcome)
    const opensAt = this.#clock.monotonic() + waitMs
    // Of requests older than the hold only a longer one, asked for by the service, counts.
    if (!isNews && (reason === 'backoff' || opensAt <= this.#opensAt)) return
    this.reason = reason
    this.#opensAt = opensAt
    if (!isNews) return
    this.#failures++
    this.#round++
  }

  /** Lets one probe through now, since a flush asks for what our own patience holds back. */
  lift(): void {
    if (this.reason === 'backoff') this.#opensAt = 0
  }

  /** Another key or address: what the old one met with says nothing about it. */
  forgive(): void {
    this.#round++
    this.#forgiven = this.#round
    this.#probing = false
    this.#opensAt = 0
  }

  #waitFor(outcome: Outcome): [HoldReason, number] {
    if (outcome.kind === 'unauthorized') return ['unauthorized', PROBE_MS]
    if (outcome.kind === 'wrong_address') return ['wrong_address', PROBE_MS]
    const ownMs = backoffMs(this.#failures, this.#random)
    const askedMs = outcome.kind === 'retryable' ? outcome.retryAfterMs : undefined
    if (askedMs === undefined) return ['backoff', ownMs]
    // "At once" is taken at its word once; a service that says so again and again gets our own patience.
    if (askedMs < AT_ONCE_MS && this.#failures > 0) return ['backoff', ownMs]
    return ['retry_after', Math.min(askedMs, HOUR_MS)]
  }
}
