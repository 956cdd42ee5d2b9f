import { LEVELS, type Level } from '../wire/level.js'

/** The service's sample rates: the share of each level that is sent. */
export interface Sampler {
  /** @param roll a number in [0, 1) that replaces the random one */
  takes(level: Level, roll?: number): boolean
  /** Replaces all rates. A level whose new rate is not a number from 0 to 1 keeps its last rate. */
  setRates(rates: Readonly<Partial<Record<Level, number>>>): void
}

export function createSampler(random: () => number): Sampler {
  const rates = new Map<Level, number>()
  return {
    takes(level, roll) {
      const rate = rates.get(level)
      return rate === undefined || (roll ?? random()) < rate
    },
    setRates(input) {
      if (typeof input !== 'object' || input === null) return
      for (const level of LEVELS) {
        const rate: unknown = input[level]
        if (rate === undefined) rates.delete(level)
        else if (typeof rate === 'number' && rate >= 0 && rate <= 1) rates.set(level, rate)
      }
    },
  }
}
