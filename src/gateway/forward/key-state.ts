import type { Clock } from '../../common/clock.js'
import type { Fate } from '../../delivery/fate.js'
import type { SampleRates } from '../../delivery/http/outcome.js'
import type { Posted } from '../../delivery/http/post.js'
import type { Uploader } from '../../delivery/http/uploader.js'
import { RATES_HOLD_MS } from '../../policy/sampler.js'
import { type HoldChange, ServiceHold } from './service-hold.js'

/** The state of one API key: its transport, and what the service last said about it. */
export class KeyState {
  /** A name that may be shown for the key; empty for the gateway's own key. */
  readonly name: string
  readonly uploader: Uploader
  readonly hold: ServiceHold
  readonly #clock: Clock
  #rates: SampleRates = {}
  #ratesSinceMs = 0

  constructor(
    name: string,
    uploader: Uploader,
    clock: Clock,
    random: () => number,
    onHold: (change: HoldChange) => void,
  ) {
    this.name = name
    this.uploader = uploader
    this.hold = new ServiceHold(clock, random, onHold)
    this.#clock = clock
  }

  get sampleRates(): SampleRates {
    return this.#clock.monotonic() - this.#ratesSinceMs < RATES_HOLD_MS ? this.#rates : {}
  }

  /**
   * Learns what an answer says beyond its own batch.
   * @param isProbe whether the batch was the one that asks again after a refusal
   */
  learn(posted: Posted, fate: Fate, isProbe: boolean): void {
    this.hold.leave(posted, fate, isProbe)
    if (posted.sampleRates === undefined) return
    this.#rates = posted.sampleRates
    this.#ratesSinceMs = this.#clock.monotonic()
  }
}
