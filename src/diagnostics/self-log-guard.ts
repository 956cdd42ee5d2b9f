import { shared } from '../common/shared.js'

const state = shared('telling', () => ({ isTelling: false }))

/** True while we, or OpenTelemetry's diag logger, speak: what a logger makes of that must not come back as a log. */
export function isTelling(): boolean {
  return state.isTelling
}

/** Calls the function; what is logged meanwhile is not about the application. */
export function whileTelling<T>(speak: () => T): T {
  const wasTelling = state.isTelling
  state.isTelling = true
  try {
    return speak()
  } finally {
    state.isTelling = wasTelling
  }
}

/** The same where begin and end are two calls; gives the end. */
export function beginTelling(): () => void {
  const wasTelling = state.isTelling
  state.isTelling = true
  return () => {
    state.isTelling = wasTelling
  }
}
