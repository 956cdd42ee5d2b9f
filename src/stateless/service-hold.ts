import type { Clock } from '../clock.js'
import type { Upload } from '../delivery/uploader.js'
import { type Held, heldBy, soonMs } from './delivery.js'

const PROBE_MS = 60_000

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

  /** Called with the outcome of each post that was let in. */
  leave(upload: Upload): void {
    const waitMs = this.#waitOf(upload)
    if (waitMs !== undefined) {
      const held = heldBy(upload, this.#random)
      const untilMs = Math.max(this.#clock.monotonic() + waitMs, this.#refusal?.untilMs ?? 0)
      this.#refusal = { held, untilMs }
    } else if (upload.outcome.kind !== 'retryable') this.#refusal = undefined
    else if (this.#refusal !== undefined && this.#probe !== undefined) {
      // It could not be asked. Soon the next one tries.
      this.#refusal.untilMs = this.#clock.monotonic() + soonMs(this.#random)
    }
    this.#endProbe()
    this.#probe = undefined
  }

  /** For how long the service wants to be left alone, if it does. */
  #waitOf(upload: Upload): number | undefined {
    const { outcome, answer } = upload
    if (outcome.kind === 'unauthorized' || outcome.kind === 'wrong_address') return PROBE_MS
    if (outcome.kind !== 'retryable') return undefined
    if (outcome.retryAfterMs === undefined && answer?.status !== 429) return undefined
    const { retryAfterMs } = heldBy(upload, this.#random)
    return retryAfterMs > 0 ? retryAfterMs : undefined
  }
}
