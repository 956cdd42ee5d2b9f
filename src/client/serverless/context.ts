import { readProperty } from '../../translate/property.js'

/** Takes a promise whose work goes on after the answer. */
export type WaitUntil = (work: Promise<unknown>) => void

/** What the platform's own clock leaves of an invocation, in milliseconds; Infinity where nobody says. */
export function remainingMs(args: readonly unknown[]): number {
  for (const argument of args) {
    const ask = readProperty(argument, 'getRemainingTimeInMillis')
    if (typeof ask !== 'function') continue
    try {
      const left: unknown = ask.call(argument)
      if (typeof left === 'number' && left >= 0) return left
    } catch {
      // Then nobody says.
    }
  }
  return Number.POSITIVE_INFINITY
}

/** The `waitUntil` that the platform hands to its functions, as a method of one of their arguments. */
export function waitUntilOf(args: readonly unknown[]): WaitUntil | undefined {
  for (const argument of args) {
    const waitUntil = readProperty(argument, 'waitUntil')
    if (typeof waitUntil === 'function') return (work) => void waitUntil.call(argument, work)
  }
  return undefined
}
