import type { Clock } from '../../common/clock.js'
import type { Fate } from '../../delivery/fate.js'
import type { Posted } from '../../delivery/http/post.js'
import { type Held, heldBy, soonMs } from './delivery.js'

/** What one process has learnt of a hold, for others that send under the same key: nothing when it is over. */
export type HoldChange = { readonly held: Held; readonly leftMs: number } | undefined

/** What was refused, and until when it is not asked again. */
interface Refusal {
  readonly held: Held
  untilMs: number
}

/**
 * What the service has refused for one key: until it may be asked again nobody asks, and then one post asks for all. A
 * failure that says nothing of how long it holds is none of these, and each caller keeps to its own patience.
 */
export class ServiceHold {
  readonly #clock: Clock
  readonly #random: () => number
  readonly #onChange: (change: HoldChange) => void
  #refusal: Refusal | undefined
  /** The post that asks again, while it is under way. */
  #probe: Promise<void> | undefined
  #endProbe = () => {}

  /** @param onChange told of what its own posts have shown */
  constructor(clock: Clock, random: () => number, onChange: (change: HoldChange) => void) {
    this.#clock = clock
    this.#random = random
    this.#onChange = onChange
  }

  /** Takes over what the posts of another process have shown. */
  adopt(change: HoldChange): void {
    if (change === undefined) this.#refusal = undefined
    else this.#refusal = { held: change.held, untilMs: this.#clock.monotonic() + change.leftMs }
  }

  /** Why nothing is to be sent now; nothing when it may. */
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
   * Called before each post; it waits while another one asks. Gives why it must not be sent, `probe` for the one that
   * asks again, or nothing.
   */
  async enter(): Promise<Held | 'probe' | undefined> {
    while (this.#refusal !== undefined) {
      // Read once: between two readings the wait may end, and then this would be a second probe.
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

  /** Called with what became of each post that was let in. One that is older than the refusal does not end it. */
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
      // It could not be asked. Soon the next one tries.
      this.#refusal.untilMs = now + soonMs(this.#random)
    }
  }
}
