import type { Packages } from './packages.js'

interface LogsApi {
  getLoggerProvider(): object
  setGlobalLoggerProvider(provider: object): unknown
}

/** Those that have not moved to the Logs API of `api`. */
const OLDER_BRIDGES = ['@opentelemetry/winston-transport', '@opentelemetry/instrumentation-console'] as const

/**
 * With OpenTelemetry 3 the Logs API is part of `api`, and bridges that still speak the older `api-logs` would
 * speak to nobody: they are handed the provider. To be called once there is one.
 */
export function bridgeLogsApi(packages: Packages): void {
  const current = packages.load('@opentelemetry/api')?.logs as LogsApi | undefined
  if (current === undefined) return
  for (const bridge of OLDER_BRIDGES) {
    const older = packages.within(bridge).load('@opentelemetry/api-logs')?.logs as LogsApi | undefined
    older?.setGlobalLoggerProvider(current.getLoggerProvider())
  }
}
