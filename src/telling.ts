let telling = false

/** True while we, or OpenTelemetry's diag logger, speak: what a logger makes of that must not come back as a log. */
export function isTelling(): boolean {
  return telling
}

/** Calls the function; what is logged meanwhile is not about the application. */
export function whileTelling<T>(speak: () => T): T {
  const wasTelling = telling
  telling = true
  try {
    return speak()
  } finally {
    telling = wasTelling
  }
}

/** The same where begin and end are two calls; gives the end. */
export function beginTelling(): () => void {
  const wasTelling = telling
  telling = true
  return () => {
    telling = wasTelling
  }
}
