import type { Packages } from './packages.js'

interface Logger {
  emit(record: unknown): void
  enabled?(options?: unknown): boolean
}

interface LogsApi {
  getLoggerProvider(): { getLogger(...scope: unknown[]): Logger }
  setGlobalLoggerProvider(provider: object): unknown
}

/** Bridges that have not moved to the Logs API of `api`. */
export const OLDER_BRIDGES = [
  '@opentelemetry/winston-transport',
  '@opentelemetry/instrumentation-console',
] as const

/**
 * Connects bridges that still use the older `api-logs` with OpenTelemetry 3, where the Logs API is part of `api`. They
 * get a provider that passes each record on to the provider registered with `api` at that time. A provider that is
 * already registered with `api-logs` stays.
 */
export function bridgeLogsApi(packages: Packages): void {
  const current = mergedLogsApi(packages)
  if (current === undefined) return
  for (const bridge of OLDER_BRIDGES) {
    const older = packages.within(bridge).load('@opentelemetry/api-logs')?.logs as LogsApi | undefined
    older?.setGlobalLoggerProvider(passingOnTo(current))
  }
}

/** The Logs API of `api`. Undefined with OpenTelemetry 2, where `api` has none. */
export function mergedLogsApi(packages: Packages): LogsApi | undefined {
  return packages.load('@opentelemetry/api')?.logs as LogsApi | undefined
}

function passingOnTo(api: LogsApi): object {
  return {
    getLogger(...scope: unknown[]): Logger {
      const logger = () => api.getLoggerProvider().getLogger(...scope)
      return {
        emit: (record) => logger().emit(record),
        enabled: (options) => logger().enabled?.(options) ?? true,
      }
    },
  }
}
