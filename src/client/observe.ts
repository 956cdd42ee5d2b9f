import { isThenable } from '../common/any-realm.js'

/**
 * Runs the function, and calls `succeeded` or `failed` when its work is over, at once or through a promise. Returns the
 * function's result, or throws what it threw. For a promise a new one with the same outcome is returned: observing the
 * original would mark a rejection as handled that its owner did not handle, and would start lazy work (a query builder)
 * twice.
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
