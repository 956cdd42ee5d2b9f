import { warnOnce } from './errors.js'

/** Values below these, in ms, were probably meant as seconds, the unit of the official SDKs. */
const LIKELY_SECONDS: Readonly<Record<string, number>> = { flushInterval: 10, flushOnExit: 10 }

const COSTS: Readonly<Record<string, string>> = {
  flushInterval: 'Until then nearly every log is a request of its own.',
  flushOnExit: 'Until then hardly anything is delivered at the end of the process.',
}

/** Warns once of a value that looks like seconds. */
export function warnOfSeconds(name: string, value: unknown): void {
  if (typeof value !== 'number' || value === 0 || !(value < (LIKELY_SECONDS[name] ?? 0))) return
  warnOnce(
    'LOGNITOR_LIKELY_SECONDS',
    `Option "${name}" is in milliseconds, and ${value} looks like seconds: ${value * 1000} would be ${value} s. ${COSTS[name]} Set ${name}: ${value * 1000}, or 0 for none.`,
    name,
  )
}
