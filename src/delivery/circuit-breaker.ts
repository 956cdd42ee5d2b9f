import type { Clock } from '../common/clock.js'
import { backoffMs } from './backoff.js'
import type { Hold, HoldReason } from './fate.js'

const AT_ONCE_MS = 100

/**
 * Says when something may be sent to a destination. One failure holds everything back, so that an outage meets one
 * probe at a time and not one retry loop per batch; a probe's success opens it fully.
 */
export class CircuitBreaker {
  reason: HoldReason | undefined
  readonly #clock: Clock
  readonly #random: () => number
  #failures = 0
  #opensAt = 0
  #probing = false
  /** Goes up with each hold, so that what was under way when one began is told from the probes after it. */
  #round = 0

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock
    this.#random = random
  }

  /**
   * Milliseconds until something may be sent; 0 is now, Infinity while a probe is on its way.
   * @param now `clock.monotonic()`, read once for all that is decided by it: between two readings the wait may end,
   * and then neither "may send" nor "wait so long" would be true
   */
  waitMs(now: number): number {
    if (this.reason === undefined) return 0
    if (this.#probing) return Number.POSITIVE_INFINITY
    return Math.max(0, this.#opensAt - now)
  }

  /** For so long the service has asked to be left alone, or nothing can come of it; our own backoff aside. */
  heldMs(now: number): number {
    if (this.reason === undefined || this.reason === 'backoff') return 0
    return Math.max(0, this.#opensAt - now)
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

  failed(hold: Hold, round: number): void {
    const isNews = round === this.#round
    if (isNews) this.#probing = false
    const [reason, waitMs] = this.#waitFor(hold)
    const opensAt = this.#clock.monotonic() + waitMs
    // Of requests older than the hold only a longer one, asked for by the service, counts.
    if (!isNews && (reason === 'backoff' || opensAt <= this.#opensAt)) return
    this.reason = reason
    this.#opensAt = opensAt
    if (!isNews) return
    this.#failures++
    this.#round++
  }

  /** Nobody reads the outcome of what was sent: the next one may be the probe. */
  probeWasVoid(round: number): void {
    if (round === this.#round) this.#probing = false
  }

  /** Lets one probe through now, since a flush asks for what our own backoff holds. */
  lift(): void {
    if (this.reason === 'backoff') this.#opensAt = 0
  }

  #waitFor({ reason, waitMs }: Hold): [HoldReason, number] {
    const ownMs = backoffMs(this.#failures, this.#random)
    // "At once" is taken at its word once; a service that says so again and again gets our own backoff.
    if (waitMs === undefined || (waitMs < AT_ONCE_MS && this.#failures > 0)) return ['backoff', ownMs]
    return [reason, waitMs]
  }
}
