import { LEVELS, type Level } from '../wire/level.js'

/** The service's sample rates: which share of each level it wants. */
export interface Sampler {
  /** @param roll a number in [0, 1) in place of chance */
  takes(level: Level, roll?: number): boolean
  /** From now on these rates and no others; a level whose rate is no number from 0 to 1 keeps its last. */
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
