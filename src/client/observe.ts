import { isThenable } from '../common/any-realm.js'

/**
 * Runs the function and calls one of the two when its work is over, at once or by a promise. Gives its result, or
 * throws what it threw. Of a promise another one is given, with the same outcome: listening to the very one would
 * make a rejection handled that its owner forgot to handle; and a lazy one (a query builder) is begun once only.
 */
export function observe<T>(fn: () => T, succeeded: () => void, failed: (error: unknown) => void): T {
  let result: T
  try {
    result = fn()
  } catch (error) {
    failed(error)
    throw error
  }
  if (!isThenable(result)) {
    succeeded()
    return result
  }
  const outcome = Promise.resolve(result).then(
    (value) => {
      succeeded()
      return value
    },
    (error) => {
      failed(error)
      throw error
    },
  )
  return outcome as T
}
