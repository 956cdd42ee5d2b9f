import type { Clock } from '../clock.js'
import type { Upload } from '../delivery/uploader.js'
import { type Held, heldBy, soonMs } from './delivery.js'

const PROBE_MS = 60_000

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
    if (this.#refusal === undefined) return undefined
    const leftMs = this.#refusal.untilMs - this.#clock.monotonic()
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
      if (this.#refusal.untilMs > this.#clock.monotonic()) return this.current
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

  /** Called with the outcome of each post that was let in. One that is older than the refusal does not end it. */
  leave(upload: Upload, isProbe: boolean): void {
    const waitMs = this.#waitOf(upload)
    const now = this.#clock.monotonic()
    if (waitMs !== undefined) {
      const held = heldBy(upload, this.#random)
      const untilMs = Math.max(now + waitMs, this.#refusal?.untilMs ?? 0)
      this.#refusal = { held, untilMs }
      this.#onChange({ held, leftMs: untilMs - now })
    } else if (isProbe && upload.outcome.kind !== 'retryable') {
      this.#refusal = undefined
      this.#onChange(undefined)
    } else if (isProbe && this.#refusal !== undefined) {
      // It could not be asked. Soon the next one tries.
      this.#refusal.untilMs = now + soonMs(this.#random)
    }
    if (!isProbe) return
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
