import { showValue } from '../../config/show-value.js'
import { LEVELS, type Level } from '../../wire/level.js'
import { amount, flag, isObject, whole } from '../schema/check.js'

/** Faults that the inbox simulates below `/api/v1`; `{}` turns them off. */
export interface Faults {
  /** Answer with this status, 300 to 599, and accept nothing. 422 rejects each log of a batch. */
  status?: number
  /** `Retry-After` of that answer: seconds, or any text, such as an HTTP date. Without `status` the status is 429. */
  retryAfter?: number | string
  /** Share of calls that are affected, from 0 to 1. Default 1. */
  rate?: number
  /** Milliseconds to wait before the answer. The data is stored before the wait. */
  delayMs?: number
  /** Cut the connection instead of answering: `true` before the data is stored, `'after'` once it is stored. */
  reset?: boolean | 'after'
  /** Reject every nth log by an entry in a 422. */
  rejectEvery?: number
  /** Sample rates by level, sent with every answer. */
  sampleRates?: Partial<Record<Level, number>>
  /** Turn the faults off after this many milliseconds. Default: never. */
  forMs?: number
}

/** A moment from which on other faults held; `{}` when they ended. */
export interface FaultChange {
  /** In milliseconds since the epoch. */
  at: number
  faults: Faults
}

const MAX_HISTORY = 100

/** Holds the current faults, and decides for each call whether it is affected. */
export class FaultSwitch {
  readonly #now: () => number
  readonly #random: () => number
  readonly #onSet: () => void
  #faults: Faults = {}
  #history: FaultChange[] = []
  #until = Number.POSITIVE_INFINITY
  #logs = 0

  /** @param onSet called when the faults have changed */
  constructor(now: () => number, random: () => number, onSet: () => void = () => {}) {
    this.#now = now
    this.#random = random
    this.#onSet = onSet
  }

  set(faults: Faults): void {
    this.#faults = { ...faults }
    this.#until = faults.forMs === undefined ? Number.POSITIVE_INFINITY : this.#now() + faults.forMs
    this.#logs = 0
    this.#history = [...this.#history, { at: this.#now(), faults: this.#faults }].slice(-MAX_HISTORY)
    this.#onSet()
  }

  current(): Faults {
    if (this.#now() >= this.#until) this.set({})
    return this.#faults
  }

  /** When the faults were changed, the oldest first; the last hundred changes. */
  history(): readonly FaultChange[] {
    this.current()
    return this.#history
  }

  /** The faults for one call, empty when the call is not affected. */
  draw(): Faults {
    const faults = this.current()
    return this.#random() < (faults.rate ?? 1) ? faults : {}
  }

  /** Counts one log. True when it is one of those to reject. */
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

/** Checks faults from outside. Gives the faults, or a sentence that says what is wrong. */
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
