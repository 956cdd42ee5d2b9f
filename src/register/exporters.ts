import { warnOnce } from '../errors.js'
import { splitList } from '../option-kinds.js'
import type { Environment } from '../options.js'
import type { Packages } from './packages.js'

type Class = new (...args: unknown[]) => object

/** One signal's words in the environment and in the packages. */
const SIGNALS = {
  traces: {
    variable: 'TRACES',
    exporter: 'trace',
    name: 'OTLPTraceExporter',
    console: 'ConsoleSpanExporter',
    batch: 'BatchSpanProcessor',
  },
  logs: {
    variable: 'LOGS',
    exporter: 'logs',
    name: 'OTLPLogExporter',
    console: 'ConsoleLogRecordExporter',
    batch: 'BatchLogRecordProcessor',
  },
} as const

/**
 * Processors for the exporters that OTEL_TRACES_EXPORTER or OTEL_LOGS_EXPORTER name beside Lognitor (`otlp`,
 * `console`); none when the variable is not set, where the SDK would send OTLP to a Collector on this host.
 */
export function processorsFrom(signal: 'traces' | 'logs', env: Environment, sdk: Packages): object[] {
  const words = SIGNALS[signal]
  return splitList(env[`OTEL_${words.variable}_EXPORTER`] ?? '').flatMap((name) => {
    if (name === 'none') return []
    const exporter = name === 'otlp' ? otlpExporter(signal, env, sdk) : consoleExporter(signal, name, sdk)
    if (exporter !== undefined) return [batched(signal, exporter, sdk)]
    warnOnce(
      'LOGNITOR_BAD_ENVIRONMENT',
      `OTEL_${words.variable}_EXPORTER names "${name}", which zero code cannot set up; known are otlp, console and none.`,
      words.variable,
    )
    return []
  })
}

function otlpExporter(signal: 'traces' | 'logs', env: Environment, sdk: Packages): object | undefined {
  const { variable, exporter, name } = SIGNALS[signal]
  const protocol = env[`OTEL_EXPORTER_OTLP_${variable}_PROTOCOL`] ?? env.OTEL_EXPORTER_OTLP_PROTOCOL
  const kind = protocol === 'grpc' ? 'grpc' : protocol === 'http/json' ? 'http' : 'proto'
  const found = sdk.load(`@opentelemetry/exporter-${exporter}-otlp-${kind}`)?.[name]
  return found === undefined ? undefined : new (found as Class)()
}

function consoleExporter(signal: 'traces' | 'logs', name: string, sdk: Packages): object | undefined {
  const found = name === 'console' ? sdkOf(signal, sdk)?.exports[SIGNALS[signal].console] : undefined
  return found === undefined ? undefined : new (found as Class)()
}

function batched(signal: 'traces' | 'logs', exporter: object, sdk: Packages): object {
  const found = sdkOf(signal, sdk)
  const Batch = found?.exports[SIGNALS[signal].batch] as Class
  return found?.isPositional ? new Batch(exporter) : new Batch({ exporter })
}

interface Sdk {
  readonly exports: Record<string, unknown>
  /** The exporter is the first argument, and not a field of an object. */
  readonly isPositional: boolean
}

function sdkOf(signal: 'traces' | 'logs', sdk: Packages): Sdk | undefined {
  if (signal === 'logs') {
    const logs = sdk.load('@opentelemetry/sdk-logs')
    return logs && { exports: logs, isPositional: isBefore(sdk.version('@opentelemetry/sdk-logs'), 220) }
  }
  const trace = sdk.load('@opentelemetry/sdk-trace')
  if (trace) return { exports: trace, isPositional: false }
  const base = sdk.load('@opentelemetry/sdk-trace-base')
  return base && { exports: base, isPositional: true }
}

/** Whether a version is of 0.x with a smaller x. */
function isBefore(version: string | undefined, minor: number): boolean {
  const [, found] = /^0\.(\d+)\./.exec(version ?? '') ?? []
  return found !== undefined && Number(found) < minor
}
