import { types } from 'node:util'

// A value from another realm (a `vm` context: Jest runs every test in one) is no instance of this realm's classes. None
// of these functions throws, whatever the value.

/** True for errors of any realm, and for Proxies around them. */
export function isError(value: unknown): value is Error {
  if (typeof value !== 'object' || value === null) return false
  try {
    return types.isNativeError(value) || value instanceof Error || inheritsFromError(value)
  } catch {
    return false
  }
}

export function isRegExp(value: unknown): value is RegExp {
  return types.isRegExp(value)
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  if ((typeof value !== 'object' || value === null) && typeof value !== 'function') return false
  try {
    return typeof (value as { then?: unknown }).then === 'function'
  } catch {
    return false
  }
}

/** Marks the rejection of a hook's result as handled: an unhandled one would end the process. */
export function ignoreRejection(result: unknown): void {
  if (!isThenable(result)) return
  try {
    result.then(undefined, () => {})
  } catch {
    // The value only looked like a promise.
  }
}

const LONGEST_CHAIN = 16

/**
 * True for an error of another realm that was made by a constructor function and not by the class itself, and for a
 * DOMException.
 */
function inheritsFromError(value: object): boolean {
  if (typeof (value as Error).stack !== 'string' || typeof (value as Error).message !== 'string') return false
  let prototype: object | null = Object.getPrototypeOf(value)
  for (let n = 0; prototype !== null && n < LONGEST_CHAIN; n++) {
    const made: unknown = prototype.constructor
    // An Error.prototype of any realm; plain objects have none in their chain.
    if (typeof made === 'function' && made.name === 'Error' && 'captureStackTrace' in made) {
      return made.prototype === prototype
    }
    prototype = Object.getPrototypeOf(prototype)
  }
  return false
}
