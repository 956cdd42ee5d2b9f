import type { Clock } from '../clock.js'
import type { Hold } from '../delivery/fate.js'
import type { Posted } from '../delivery/post.js'
import { type Held, heldBy, soonMs } from './delivery.js'

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
  #refusal: Refusal | undefined
  /** The post that asks again, while it is under way. */
  #probe: Promise<void> | undefined
  #endProbe = () => {}

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock
    this.#random = random
  }

  /** Why nothing is to be sent now; nothing when it may. */
  get current(): Held | undefined {
    if (this.#refusal === undefined) return undefined
    const leftMs = this.#refusal.untilMs - this.#clock.monotonic()
    if (leftMs > 0) return { ...this.#refusal.held, retryAfterMs: leftMs }
    return this.#probe === undefined
      ? undefined
      : { ...this.#refusal.held, retryAfterMs: soonMs(this.#random) }
  }

  /** Called before each post; it waits while another one asks. Gives why it must not be sent, or nothing. */
  async enter(): Promise<Held | undefined> {
    while (this.#refusal !== undefined) {
      if (this.#refusal.untilMs > this.#clock.monotonic()) return this.current
      if (this.#probe === undefined) {
        this.#probe = new Promise((resolve) => {
          this.#endProbe = resolve
        })
        return undefined
      }
      await this.#probe
    }
    return undefined
  }

  /**
   * Called with what became of each post that was let in.
   * @param hold for how long nothing should be sent; undefined for a post that has met its end
   */
  leave(posted: Posted, hold: Hold | undefined): void {
    const held = hold && heldBy(hold, posted, this.#random)
    if (held === undefined) this.#refusal = undefined
    else if (isAsked(hold, posted) && held.retryAfterMs > 0) {
      const untilMs = Math.max(this.#clock.monotonic() + held.retryAfterMs, this.#refusal?.untilMs ?? 0)
      this.#refusal = { held, untilMs }
    } else if (this.#refusal !== undefined && this.#probe !== undefined) {
      // It could not be asked. Soon the next one tries.
      this.#refusal.untilMs = this.#clock.monotonic() + soonMs(this.#random)
    }
    this.#endProbe()
    this.#probe = undefined
  }
}

/** Whether the service wants to be left alone, or nothing can come of asking. */
function isAsked(hold: Hold | undefined, { status }: Posted): boolean {
  return (hold !== undefined && hold.reason !== 'backoff') || status === 429
}
