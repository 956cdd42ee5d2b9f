import { readProperty } from '../../translate/property.js'

/** Takes a promise of work that continues after the answer. */
export type WaitUntil = (work: Promise<unknown>) => void

/**
 * The remaining time of an invocation by the platform's clock, in milliseconds. Infinity where the platform does not
 * tell.
 */
export function remainingMs(args: readonly unknown[]): number {
  for (const argument of args) {
    const ask = readProperty(argument, 'getRemainingTimeInMillis')
    if (typeof ask !== 'function') continue
    try {
      const left: unknown = ask.call(argument)
      if (typeof left === 'number' && left >= 0) return left
    } catch {
      // A context whose method throws does not tell the time.
    }
  }
  return Number.POSITIVE_INFINITY
}

/** The platform's `waitUntil`, where one of the handler's arguments has such a method. */
export function waitUntilOf(args: readonly unknown[]): WaitUntil | undefined {
  for (const argument of args) {
    const waitUntil = readProperty(argument, 'waitUntil')
    if (typeof waitUntil === 'function') return (work) => void waitUntil.call(argument, work)
  }
  return undefined
}
