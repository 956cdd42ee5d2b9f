import type { Clock } from '../../common/clock.js'
import type { Fate } from '../../delivery/fate.js'
import type { Posted } from '../../delivery/http/post.js'
import { type Held, heldBy, soonMs } from './delivery.js'

/** What one process has learnt about a refusal, for others that send under the same key; undefined when it is over. */
export type HoldChange = { readonly held: Held; readonly leftMs: number } | undefined

/** A refusal by the service, and the time until the next attempt. */
interface Refusal {
  readonly held: Held
  untilMs: number
}

/**
 * A refusal by the service for one key. Nobody sends until the refusal allows another attempt; then one request asks
 * for all. A failure without a known duration is no refusal in this sense: each caller then retries on its own.
 */
export class ServiceHold {
  readonly #clock: Clock
  readonly #random: () => number
  readonly #onChange: (change: HoldChange) => void
  #refusal: Refusal | undefined
  /** The request that asks again, while it is under way. */
  #probe: Promise<void> | undefined
  #endProbe = () => {}

  /** @param onChange called with what the requests of this process have shown */
  constructor(clock: Clock, random: () => number, onChange: (change: HoldChange) => void) {
    this.#clock = clock
    this.#random = random
    this.#onChange = onChange
  }

  /** Adopts what the requests of another process have shown. */
  adopt(change: HoldChange): void {
    if (change === undefined) this.#refusal = undefined
    else this.#refusal = { held: change.held, untilMs: this.#clock.monotonic() + change.leftMs }
  }

  /** Why nothing may be sent now; undefined when it may. */
  get current(): Held | undefined {
    return this.#heldAt(this.#clock.monotonic())
  }

  #heldAt(now: number): Held | undefined {
    if (this.#refusal === undefined) return undefined
    const leftMs = this.#refusal.untilMs - now
    if (leftMs > 0) return { ...this.#refusal.held, retryAfterMs: leftMs }
    return this.#probe === undefined
      ? undefined
      : { ...this.#refusal.held, retryAfterMs: soonMs(this.#random) }
  }

  /**
   * Called before each request; waits while another one asks. Gives the reason not to send, `probe` for the request
   * that asks again, or undefined.
   */
  async enter(): Promise<Held | 'probe' | undefined> {
    while (this.#refusal !== undefined) {
      // The clock is read once: the wait could end between two readings, and this would be a second probe.
      const now = this.#clock.monotonic()
      if (this.#refusal.untilMs > now) return this.#heldAt(now)
      if (this.#probe === undefined) {
        this.#probe = new Promise((resolve) => {
          this.#endProbe = resolve
        })
        return 'probe'
      }
      await this.#probe
    }
    return undefined
  }

  /** Called with the result of each request. A request that began before the refusal does not end it. */
  leave(posted: Posted, fate: Fate, isProbe: boolean): void {
    const now = this.#clock.monotonic()
    if (fate.kind === 'retry') this.#refused(posted, fate, now, isProbe)
    else if (isProbe) {
      this.#refusal = undefined
      this.#onChange(undefined)
    }
    if (!isProbe) return
    this.#endProbe()
    this.#probe = undefined
  }

  #refused(posted: Posted, { hold }: Fate & { kind: 'retry' }, now: number, isProbe: boolean): void {
    const held = heldBy(hold, posted, this.#random)
    const isAsked = hold.reason !== 'backoff' || posted.status === 429
    if (isAsked && held.retryAfterMs > 0) {
      const untilMs = Math.max(now + held.retryAfterMs, this.#refusal?.untilMs ?? 0)
      this.#refusal = { held, untilMs }
      this.#onChange({ held, leftMs: untilMs - now })
    } else if (isProbe && this.#refusal !== undefined) {
      // The service could not be reached. Another request tries soon.
      this.#refusal.untilMs = now + soonMs(this.#random)
    }
  }
}
