import type { Packages } from './packages.js'

interface Logger {
  emit(record: unknown): void
  enabled?(options?: unknown): boolean
}

interface LogsApi {
  getLoggerProvider(): { getLogger(...scope: unknown[]): Logger }
  setGlobalLoggerProvider(provider: object): unknown
}

/** Those that have not moved to the Logs API of `api`. */
export const OLDER_BRIDGES = [
  '@opentelemetry/winston-transport',
  '@opentelemetry/instrumentation-console',
] as const

/**
 * With OpenTelemetry 3 the Logs API is part of `api`, and bridges that still speak the older `api-logs` would
 * speak to nobody: they are handed a provider that passes on to the one of `api`, whichever that is when a record
 * comes. A provider that somebody has set there already stays.
 */
export function bridgeLogsApi(packages: Packages): void {
  const current = mergedLogsApi(packages)
  if (current === undefined) return
  for (const bridge of OLDER_BRIDGES) {
    const older = packages.within(bridge).load('@opentelemetry/api-logs')?.logs as LogsApi | undefined
    older?.setGlobalLoggerProvider(passingOnTo(current))
  }
}

/** The Logs API of `api`; undefined where that has none, which is OpenTelemetry 2. */
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
