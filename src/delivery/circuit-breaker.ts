import type { Clock } from '../common/clock.js'
import { backoffMs } from './backoff.js'
import type { Hold, HoldReason } from './fate.js'

const AT_ONCE_MS = 100

/**
 * Decides when a destination may be sent to. One failure opens the breaker. After the wait a single probe is allowed,
 * so that an outage sees one probe at a time and not one retry loop per batch. A successful probe closes the breaker.
 */
export class CircuitBreaker {
  reason: HoldReason | undefined
  readonly #clock: Clock
  readonly #random: () => number
  #failures = 0
  #opensAt = 0
  #probing = false
  /** Incremented whenever a wait begins, so that answers to requests sent earlier are not taken for the probe's. */
  #round = 0

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock
    this.#random = random
  }

  /**
   * Milliseconds until something may be sent: 0 for now, Infinity while a probe is in flight.
   * @param now `clock.monotonic()`, read once per decision: between two readings the wait may end, and the results
   *   would contradict each other
   */
  waitMs(now: number): number {
    if (this.reason === undefined) return 0
    if (this.#probing) return Number.POSITIVE_INFINITY
    return Math.max(0, this.#opensAt - now)
  }

  /**
   * Milliseconds of a wait that the service asked for, or that a refused key or wrong address needs. Our own backoff
   * counts as 0.
   */
  heldMs(now: number): number {
    if (this.reason === undefined || this.reason === 'backoff') return 0
    return Math.max(0, this.#opensAt - now)
  }

  /** Must be called at each send. Returns the round to report the outcome with. */
  enter(): number {
    if (this.reason !== undefined) this.#probing = true
    return this.#round
  }

  /** Closes the breaker, if the request was sent in this round. A success of an older request proves nothing. */
  succeeded(round: number): void {
    if (round !== this.#round) return
    this.reason = undefined
    this.#failures = 0
    this.#probing = false
  }

  failed(hold: Hold, round: number): void {
    const isNews = round === this.#round
    if (isNews) this.#probing = false
    const [reason, waitMs] = this.#waitFor(hold)
    const opensAt = this.#clock.monotonic() + waitMs
    // A failure of an older request counts only if the service asked for a longer wait.
    if (!isNews && (reason === 'backoff' || opensAt <= this.#opensAt)) return
    this.reason = reason
    this.#opensAt = opensAt
    if (!isNews) return
    this.#failures++
    this.#round++
  }

  /** The outcome of the request is unknown; the next request may be the probe. */
  probeWasVoid(round: number): void {
    if (round === this.#round) this.#probing = false
  }

  /** Ends our own backoff, so that a flush can send a probe at once. */
  lift(): void {
    if (this.reason === 'backoff') this.#opensAt = 0
  }

  #waitFor({ reason, waitMs }: Hold): [HoldReason, number] {
    const ownMs = backoffMs(this.#failures, this.#random)
    // A wait below 100 ms is accepted once. A service that asks for it repeatedly gets our own backoff.
    if (waitMs === undefined || (waitMs < AT_ONCE_MS && this.#failures > 0)) return ['backoff', ownMs]
    return [reason, waitMs]
  }
}
