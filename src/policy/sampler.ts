import type { Clock } from '../common/clock.js'
import { LEVELS, type Level } from '../wire/level.js'

/**
 * A sample rate that no answer has repeated for this time no longer applies: with a rate of 0 for all levels no answer
 * would ever come.
 */
export const RATES_HOLD_MS = 10 * 60_000

/** The service's sample rates: the share of each level that is sent. */
export interface Sampler {
  /** @param roll a number in [0, 1) that replaces the random one */
  takes(level: Level, roll?: number): boolean
  /** Replaces all rates. A level whose new rate is not a number from 0 to 1 keeps its last rate. */
  setRates(rates: Readonly<Partial<Record<Level, number>>>): void
}

export function createSampler(random: () => number, clock: Pick<Clock, 'monotonic'>): Sampler {
  const rates = new Map<Level, { readonly rate: number; readonly sinceMs: number }>()
  return {
    takes(level, roll) {
      const known = rates.get(level)
      if (known === undefined) return true
      if (clock.monotonic() - known.sinceMs < RATES_HOLD_MS) return (roll ?? random()) < known.rate
      rates.delete(level)
      return true
    },
    setRates(input) {
      if (typeof input !== 'object' || input === null) return
      const sinceMs = clock.monotonic()
      for (const level of LEVELS) {
        const rate: unknown = input[level]
        if (rate === undefined) rates.delete(level)
        else if (typeof rate === 'number' && rate >= 0 && rate <= 1) rates.set(level, { rate, sinceMs })
      }
    },
  }
}
