import { readProperty } from '../translate/property.js'

/**
 * The providers that are registered with OpenTelemetry's API, whichever copy of it registered them, and their
 * processors. No public interface gives the processors: they are read from fields of the SDK that both lines have.
 * Whatever is not as expected is undefined.
 */

const API = Symbol.for('opentelemetry.js.api.1')
/** Where `api-logs` of OpenTelemetry 2 registers its provider: a function that takes the version of the interface. */
const OLDER_LOGS_API = Symbol.for('io.opentelemetry.js.api.logs')
const OLDER_LOGS_VERSION = 1

const registry = globalThis as Record<symbol, unknown>

/** The registered tracer provider itself, and not the API's proxy. */
export function tracerProvider(): unknown {
  const registered = readProperty(registry[API], 'trace')
  const getDelegate = readProperty(registered, 'getDelegate')
  return typeof getDelegate === 'function' ? getDelegate.call(registered) : registered
}

export function loggerProvider(): unknown {
  const current = readProperty(registry[API], 'logs')
  if (current !== undefined) return current
  const older = registry[OLDER_LOGS_API]
  return typeof older === 'function' ? older(OLDER_LOGS_VERSION) : undefined
}

export function spanProcessors(): unknown {
  return readProperty(readProperty(tracerProvider(), '_activeSpanProcessor'), '_spanProcessors')
}

export function logRecordProcessors(): unknown {
  return readProperty(readProperty(loggerProvider(), '_sharedState'), 'processors')
}
