import type { Clock } from '../../common/clock.js'
import type { Fate } from '../../delivery/fate.js'
import type { SampleRates } from '../../delivery/http/outcome.js'
import type { Posted } from '../../delivery/http/post.js'
import type { Uploader } from '../../delivery/http/uploader.js'
import { type HoldChange, ServiceHold } from './service-hold.js'

/** For so long rates hold that no answer has repeated: with a rate of 0 for everything none would ever come. */
const RATES_HOLD_MS = 10 * 60_000

/** One API key: its way to the service, and what the service last said of it. */
export class KeyState {
  /** What stands for the key where it may be shown: nothing for the key of the settings. */
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
   * Takes note of what an answer says beyond its own post.
   * @param isProbe whether it was the post that asks again
   */
  learn(posted: Posted, fate: Fate, isProbe: boolean): void {
    this.hold.leave(posted, fate, isProbe)
    if (posted.sampleRates === undefined) return
    this.#rates = posted.sampleRates
    this.#ratesSinceMs = this.#clock.monotonic()
  }
}
