import { warnOnce } from '../config/errors.js'
import type { Environment } from '../config/options.js'
import { exporterNames, type Signal } from '../otel/named-exporters.js'
import type { Flushable } from './exporter-end.js'
import { type Exporter, endsInTime, type LimitMs } from './limited-exporter.js'
import type { Packages } from './packages.js'

type Class<T = object> = new (...args: unknown[]) => T

/** The names of each signal in the environment and in the packages. */
const SIGNALS = {
  traces: {
    variable: 'TRACES',
    exporter: 'trace',
    name: 'OTLPTraceExporter',
    console: 'ConsoleSpanExporter',
    simple: 'SimpleSpanProcessor',
    batch: 'BatchSpanProcessor',
    batchVariable: 'OTEL_BSP',
  },
  logs: {
    variable: 'LOGS',
    exporter: 'logs',
    name: 'OTLPLogExporter',
    console: 'ConsoleLogRecordExporter',
    simple: 'SimpleLogRecordProcessor',
    batch: 'BatchLogRecordProcessor',
    batchVariable: 'OTEL_BLRP',
  },
} as const

export interface ExporterParts {
  readonly env: Environment
  /** Packages as seen from `@opentelemetry/sdk-node`, whose dependencies provide the exporters. */
  readonly sdk: Packages
  /** The exporter where the environment names none. NodeSDK's own default is `otlp`. */
  readonly fallback: 'otlp' | 'none'
  /**
   * Longest time of an export that begins at the end of the process. Undefined where this package does not handle
   * the end.
   */
  readonly endLimitMs?: LimitMs
}

/**
 * Makes processors for the exporters that OTEL_TRACES_EXPORTER or OTEL_LOGS_EXPORTER name, as a NodeSDK without
 * processors of its own does. One warning names the exporters that cannot be made.
 */
export function processorsFrom(signal: Signal, parts: ExporterParts): object[] {
  const { variable } = SIGNALS[signal]
  return exporterNames(signal, parts.env, parts.fallback).flatMap((name) => {
    const processor = processorFor(signal, name, parts)
    if (processor !== undefined) return [processor]
    warnOnce(
      'LOGNITOR_EXPORT_STOPPED',
      `OTEL_${variable}_EXPORTER names "${name}", which cannot be set up beside Lognitor: known are otlp, console, zipkin (traces) and none. ` +
        `Nothing is exported there. Set OTEL_${variable}_EXPORTER=none, or pass ${signal === 'traces' ? 'spanProcessors' : 'logRecordProcessors'} to sdkConfig.`,
      variable,
    )
    return []
  })
}

/** A batch processor with the sizes and delays that OTEL_BSP_* or OTEL_BLRP_* set. Undefined without the SDK. */
export function batched(signal: Signal, exporter: object, { env, sdk }: ExporterParts): object | undefined {
  const { batch, batchVariable } = SIGNALS[signal]
  const found = sdkOf(signal, sdk)
  const Batch = found?.exports[batch] as Class | undefined
  if (found === undefined || Batch === undefined) return undefined
  const sizes = batchSizes(batchVariable, env)
  return found.isPositional ? new Batch(exporter, sizes) : new Batch({ exporter, ...sizes })
}

function processorFor(signal: Signal, name: string, parts: ExporterParts): object | undefined {
  if (name === 'console') return consoleProcessor(signal, parts.sdk)
  const make = name === 'otlp' ? otlpExporter(signal, parts) : zipkinExporter(signal, name, parts)
  if (make === undefined) return undefined
  if (parts.endLimitMs === undefined) return batched(signal, make(), parts)
  const exporter = endsInTime(make, parts.endLimitMs)
  const processor = batched(signal, exporter, parts)
  if (processor !== undefined) flushWholly(processor as Flushable, exporter)
  return processor
}

/** Has the processor's flush wait for exports that have begun before: the processor of spans does not. */
function flushWholly(processor: Flushable, exporter: Exporter): void {
  const flush = processor.forceFlush.bind(processor)
  processor.forceFlush = async () => {
    const flushed = flush()
    await Promise.allSettled([flushed, exporter.forceFlush?.()])
    await flushed
  }
}

type MakeExporter = (config?: object) => Exporter

function otlpExporter(signal: Signal, { env, sdk }: ExporterParts): MakeExporter | undefined {
  const { variable, exporter, name } = SIGNALS[signal]
  const protocol = env[`OTEL_EXPORTER_OTLP_${variable}_PROTOCOL`] || env.OTEL_EXPORTER_OTLP_PROTOCOL
  const kind = protocol?.trim() === 'grpc' ? 'grpc' : protocol?.trim() === 'http/json' ? 'http' : 'proto'
  return maker(sdk.load(`@opentelemetry/exporter-${exporter}-otlp-${kind}`)?.[name])
}

function zipkinExporter(signal: Signal, name: string, { sdk }: ExporterParts): MakeExporter | undefined {
  const isZipkin = signal === 'traces' && name === 'zipkin'
  return isZipkin ? maker(sdk.load('@opentelemetry/exporter-zipkin')?.ZipkinExporter) : undefined
}

function maker(found: unknown): MakeExporter | undefined {
  if (typeof found !== 'function') return undefined
  return (config) => new (found as Class<Exporter>)(...(config ? [config] : []))
}

function consoleProcessor(signal: Signal, sdk: Packages): object | undefined {
  const { console, simple } = SIGNALS[signal]
  const found = sdkOf(signal, sdk)
  const Console = found?.exports[console] as Class | undefined
  const Simple = found?.exports[simple] as Class | undefined
  if (Console === undefined || Simple === undefined) return undefined
  return found?.isPositional ? new Simple(new Console()) : new Simple({ exporter: new Console() })
}

interface Sdk {
  readonly exports: Record<string, unknown>
  /** Whether the processor takes the exporter as its first argument, and not as a property of an object. */
  readonly isPositional: boolean
}

function sdkOf(signal: Signal, sdk: Packages): Sdk | undefined {
  if (signal === 'logs') {
    const logs = sdk.load('@opentelemetry/sdk-logs')
    return logs && { exports: logs, isPositional: isBefore(sdk.version('@opentelemetry/sdk-logs'), 220) }
  }
  const trace = sdk.load('@opentelemetry/sdk-trace')
  if (trace) return { exports: trace, isPositional: false }
  const base = sdk.load('@opentelemetry/sdk-trace-base')
  return base && { exports: base, isPositional: true }
}

/** Whether a version is 0.x with x smaller than `minor`. */
function isBefore(version: string | undefined, minor: number): boolean {
  const [, found] = /^0\.(\d+)\./.exec(version ?? '') ?? []
  return found !== undefined && Number(found) < minor
}

/**
 * The newer batch processors do not read the environment. A value that is not a positive number leaves their default.
 */
function batchSizes(prefix: string, env: Environment): Record<string, number> {
  const variables = {
    maxQueueSize: 'MAX_QUEUE_SIZE',
    scheduledDelayMillis: 'SCHEDULE_DELAY',
    exportTimeoutMillis: 'EXPORT_TIMEOUT',
    maxExportBatchSize: 'MAX_EXPORT_BATCH_SIZE',
  }
  const sizes = Object.entries(variables).map(([name, variable]) => {
    const text = env[`${prefix}_${variable}`]?.trim()
    return [name, text ? Number(text) : Number.NaN] as const
  })
  return Object.fromEntries(sizes.filter(([, size]) => size > 0))
}
