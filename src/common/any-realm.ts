import { types } from 'node:util'

// What comes from another realm (a `vm` context: Jest runs every test in one) is no instance of this realm's classes.
// None of these throws, whatever the value is.

/** True for errors of this and any other realm, Proxies around them included. */
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

/** Of a hook's result: a rejection that nobody handles would end the process. */
export function ignoreRejection(result: unknown): void {
  if (!isThenable(result)) return
  try {
    result.then(undefined, () => {})
  } catch {
    // Not what it looked like.
  }
}

const LONGEST_CHAIN = 16

/** Made by a constructor function and not by the class itself, or a DOMException; of another realm. */
function inheritsFromError(value: object): boolean {
  if (typeof (value as Error).stack !== 'string' || typeof (value as Error).message !== 'string') return false
  let prototype: object | null = Object.getPrototypeOf(value)
  for (let n = 0; prototype !== null && n < LONGEST_CHAIN; n++) {
    const made: unknown = prototype.constructor
    // An Error.prototype, of whichever realm: plain objects have none on their way.
    if (typeof made === 'function' && made.name === 'Error' && 'captureStackTrace' in made) {
      return made.prototype === prototype
    }
    prototype = Object.getPrototypeOf(prototype)
  }
  return false
}
