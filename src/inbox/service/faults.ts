import { showValue } from '../../config/show-value.js'
import { LEVELS, type Level } from '../../wire/level.js'
import { amount, flag, isObject, whole } from '../schema/check.js'

/** How the inbox misbehaves under `/api/v1`; `{}` makes it behave. */
export interface Faults {
  /** Answer with this status, 300 to 599, and take nothing. 422 refuses each log of a batch. */
  status?: number
  /** `Retry-After` of that answer: seconds, or any text, such as an HTTP date. Without `status` it makes a 429. */
  retryAfter?: number | string
  /** Share of the calls that are hit, from 0 to 1. Default 1. */
  rate?: number
  /** Milliseconds to wait before the answer. What is taken is taken before. */
  delayMs?: number
  /** Cut the connection instead of answering: `true` before the call was taken, `'after'` when it was. */
  reset?: boolean | 'after'
  /** Every nth log is refused by a 422 entry. */
  rejectEvery?: number
  /** Shares of the levels to send, told with every answer. */
  sampleRates?: Partial<Record<Level, number>>
  /** Behave again after so many milliseconds. Default: not by itself. */
  forMs?: number
}

/** Holds the faults that are set, and decides for each call whether it is hit. */
export class FaultSwitch {
  readonly #now: () => number
  readonly #random: () => number
  readonly #onSet: () => void
  #faults: Faults = {}
  #until = Number.POSITIVE_INFINITY
  #logs = 0

  /** @param onSet called when other faults hold than before. */
  constructor(now: () => number, random: () => number, onSet: () => void = () => {}) {
    this.#now = now
    this.#random = random
    this.#onSet = onSet
  }

  set(faults: Faults): void {
    this.#faults = { ...faults }
    this.#until = faults.forMs === undefined ? Number.POSITIVE_INFINITY : this.#now() + faults.forMs
    this.#logs = 0
    this.#onSet()
  }

  current(): Faults {
    if (this.#now() >= this.#until) this.set({})
    return this.#faults
  }

  /** The faults of one call, empty when it is not hit. */
  draw(): Faults {
    const faults = this.current()
    return this.#random() < (faults.rate ?? 1) ? faults : {}
  }

  /** Counts one log, and says whether it is one of those to refuse. */
  refusesLog(hit: Faults): boolean {
    if (hit.status === 422) return true
    if (hit.rejectEvery === undefined) return false
    this.#logs++
    return this.#logs % hit.rejectEvery === 0
  }
}

const FAULTS: Readonly<Record<keyof Faults, { expected: string; fits: (value: unknown) => boolean }>> = {
  status: {
    expected: 'a whole number from 300 to 599',
    fits: (value) => passes(whole, value) && within(value, 300, 599),
  },
  retryAfter: {
    expected: 'a number of seconds, or a text of at most 100 characters',
    fits: (value) =>
      typeof value === 'string'
        ? /^[\x20-\x7e]{0,100}$/.test(value)
        : passes(amount, value) && within(value, 0, 1e10),
  },
  rate: { expected: 'a number from 0 to 1', fits: (value) => within(value, 0, 1) },
  delayMs: { expected: 'a number from 0 to 600000', fits: (value) => within(value, 0, 600_000) },
  reset: {
    expected: 'true, false or "after"',
    fits: (value) => value === 'after' || passes(flag, value),
  },
  rejectEvery: {
    expected: 'a whole number above 0',
    fits: (value) => passes(whole, value) && within(value, 1, 1e9),
  },
  sampleRates: {
    expected: 'an object with numbers from 0 to 1 for levels',
    fits: (value) =>
      isObject(value) &&
      Object.entries(value).every(
        ([key, rate]) => (LEVELS as readonly string[]).includes(key) && within(rate, 0, 1),
      ),
  },
  forMs: {
    expected: 'a number of milliseconds',
    fits: (value) => within(value, 0, Number.MAX_SAFE_INTEGER),
  },
}

/** Foreign faults, or in words what is wrong with them. */
export function parseFaults(value: unknown): Faults | string {
  if (!isObject(value)) return 'Faults must be an object.'
  for (const [name, fault] of Object.entries(value)) {
    if (!Object.hasOwn(FAULTS, name)) {
      return `There is no fault "${name.slice(0, 50)}". Known are: ${Object.keys(FAULTS).join(', ')}.`
    }
    const { expected, fits } = FAULTS[name as keyof Faults]
    if (!fits(fault)) return `Fault "${name}": expected ${expected}, got ${showValue(fault)}.`
  }
  return value as Faults
}

function within(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && value >= least && value <= most
}

function passes(check: (value: unknown) => unknown, value: unknown): boolean {
  return check(value) === undefined
}
