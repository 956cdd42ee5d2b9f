import type { Faults } from '../../service/faults.js'

/** A fault that one click switches on. */
export interface Preset {
  readonly name: string
  readonly what: string
  readonly faults: Faults
}

export const PRESETS: readonly Preset[] = [
  { name: 'Down', what: 'Every call is answered 503.', faults: { status: 503 } },
  {
    name: 'Too many',
    what: 'Every call is answered 429, with Retry-After: 5.',
    faults: { status: 429, retryAfter: 5 },
  },
  { name: 'Slow', what: 'Each answer takes three seconds.', faults: { delayMs: 3000 } },
  { name: 'Reset', what: 'The connection is cut before the call is taken.', faults: { reset: true } },
  {
    name: 'Reset after',
    what: 'The call is taken, and then the connection is cut.',
    faults: { reset: 'after' },
  },
  { name: 'Flaky', what: 'Three calls of ten are answered 503.', faults: { status: 503, rate: 0.3 } },
  { name: 'Reject some', what: 'Every third log is refused by a 422 entry.', faults: { rejectEvery: 3 } },
  { name: 'Key refused', what: 'Every call is answered 401.', faults: { status: 401 } },
  {
    name: 'Sample',
    what: 'Clients are told: a tenth of debug, half of info.',
    faults: { sampleRates: { debug: 0.1, info: 0.5 } },
  },
]

export function isSame(a: Faults, b: Faults): boolean {
  const of = (faults: Faults) =>
    JSON.stringify(Object.entries(faults).sort(([first], [second]) => (first < second ? -1 : 1)))
  return of(a) === of(b)
}

/** The name of the preset, whatever its duration; for other faults their own names. */
export function nameOf({ forMs: _forMs, ...faults }: Faults): string {
  const preset = PRESETS.find((each) => isSame(each.faults, faults))
  return preset?.name ?? (Object.keys(faults).join(', ') || 'off')
}

/** A short description of faults. */
export function inWords(faults: Faults): string {
  const preset = PRESETS.find((each) => isSame(each.faults, faults))
  return preset === undefined ? JSON.stringify(faults) : `${preset.name}: ${preset.what}`
}
