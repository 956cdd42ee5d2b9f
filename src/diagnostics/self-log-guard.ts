import { shared } from '../common/shared.js'

const state = shared('telling', () => ({ isSelfLogging: false }))

/** True while we, or OpenTelemetry's diag logger, speak: what a logger makes of that must not come back as a log. */
export function isSelfLogging(): boolean {
  return state.isSelfLogging
}

/** Calls the function; what is logged meanwhile is not about the application. */
export function whileSelfLogging<T>(speak: () => T): T {
  const wasSelfLogging = state.isSelfLogging
  state.isSelfLogging = true
  try {
    return speak()
  } finally {
    state.isSelfLogging = wasSelfLogging
  }
}

/** The same where begin and end are two calls; gives the end. */
export function beginSelfLogging(): () => void {
  const wasSelfLogging = state.isSelfLogging
  state.isSelfLogging = true
  return () => {
    state.isSelfLogging = wasSelfLogging
  }
}
