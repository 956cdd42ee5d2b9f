import { shared } from '../common/shared.js'

const state = shared('self-logging', () => ({ isSelfLogging: false }))

/**
 * True while this package, or OpenTelemetry's diag logger, writes its own output. A logger must not turn that into a
 * log of the application.
 */
export function isSelfLogging(): boolean {
  return state.isSelfLogging
}

/** Calls the function. Logs written during the call are not the application's. */
export function whileSelfLogging<T>(speak: () => T): T {
  const wasSelfLogging = state.isSelfLogging
  state.isSelfLogging = true
  try {
    return speak()
  } finally {
    state.isSelfLogging = wasSelfLogging
  }
}

/** The same with separate begin and end; returns the function that ends it. */
export function beginSelfLogging(): () => void {
  const wasSelfLogging = state.isSelfLogging
  state.isSelfLogging = true
  return () => {
    state.isSelfLogging = wasSelfLogging
  }
}
