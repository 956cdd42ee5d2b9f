import type { HttpConfig } from '../../instrumentation/http-config.js'
import type { WithLognitorOptions } from '../../instrumentation/with-lognitor.js'
import { warnOnce } from '../config/errors.js'
import type { Environment } from '../config/options.js'
import { LognitorLogRecordProcessor } from '../otel/log-record-processor.js'
import { exportVariable, type Signal } from '../otel/named-exporters.js'
import { LognitorSpanProcessor } from '../otel/span-processor.js'
import { isOurs, knowsExports } from '../otel/stopped-export.js'
import type { HasPipeline } from '../pipeline/brand.js'
import { passDefaultExports } from './default-exports.js'
import { batched, type ExporterParts, processorsFrom } from './exporters.js'
import { type InstrumentationLike, withRequestEntries } from './http.js'
import { AUTO, isWanted } from './instrumentations.js'
import { bridgeLogsApi, mergedLogsApi } from './logs-api.js'
import type { Packages } from './packages.js'
import { recordingSampler } from './sampler.js'

export const SDK_NODE = '@opentelemetry/sdk-node'

/**
 * A NodeSDK's configuration, reduced to the fields that are read or changed here. `spanProcessor` and similar names are
 * older names of the 2.x line.
 */
export interface Configuration {
  readonly sampler?: unknown
  readonly spanProcessors?: unknown
  readonly spanProcessor?: unknown
  readonly traceExporter?: unknown
  readonly logRecordProcessors?: unknown
  readonly logRecordProcessor?: unknown
  readonly instrumentations?: unknown
}

export interface ConfigurationParts {
  readonly client: HasPipeline
  /** The options of request entries. */
  readonly entries: Omit<WithLognitorOptions, 'client'>
  /** The options of HttpInstrumentation. */
  readonly http: HttpConfig
  readonly packages: Packages
  readonly env: Environment
  readonly exporters: Pick<ExporterParts, 'fallback' | 'endLimitMs'>
}

/** Everything that is added to a NodeSDK's configuration. */
export interface Added {
  readonly sampler?: object
  readonly spanProcessors: object[]
  readonly logRecordProcessors: object[]
  readonly instrumentations: InstrumentationLike[]
  /** Those of the processors that have an exporter of the environment behind them. */
  readonly environmentProcessors: object[]
}

/**
 * Makes what Lognitor needs of a NodeSDK, beside what the configuration has and what NodeSDK would make from the
 * environment. A part that cannot be made is left out with a warning.
 * @throws LognitorError for a wrong option
 */
export function addedTo(configuration: Configuration, parts: ConfigurationParts): Added {
  const { client, entries, http, packages, env } = parts
  knowsExports()
  const sdkPlace = sdkPlaceOf(packages)
  const sdk = sdkPlace.within(SDK_NODE)
  const instrumentations = withRequestEntries(listOf(configuration.instrumentations), {
    entries: { ...entries, client },
    http,
    packages: packages.within(AUTO),
    isWanted: isWanted('http', env),
  })
  passDefaultExports(instrumentations)
  const sampler = tried('the sampler', () => recordingSampler(configuration.sampler, env, sdk))
  const isFound = sdkPlace.resolve(SDK_NODE) !== undefined
  const exporterParts = { ...parts.exporters, env, sdk }
  const processors = (signal: Signal) => {
    const listed = ownProcessors(signal, configuration, exporterParts)
    // A processor of ours that the configuration has, with options of its own, takes the place of the default one.
    const ours = listed?.filter(isOurs) ?? []
    const own = listed?.filter((processor) => !isOurs(processor)) ?? []
    if (listed !== undefined && (own.length > 0 || ours.length === 0)) return { ours, own, made: [] }
    if (!isFound) warnWithoutSdk(signal, env)
    const made = isFound ? tried(`the ${signal} exporter`, () => processorsFrom(signal, exporterParts)) : []
    return { ours, own, made: made ?? [] }
  }
  const [spans, logs] = [processors('traces'), processors('logs')]
  const ourSpans = spans.ours.length > 0 ? spans.ours : [new LognitorSpanProcessor({ client })]
  const ourLogs = logs.ours.length > 0 ? logs.ours : [new LognitorLogRecordProcessor({ client })]
  if (isFound) tried('the bridge to api-logs', () => bridgeLogsApi(sdk))
  return {
    ...(sampler && { sampler }),
    spanProcessors: [...ourSpans, ...spans.own, ...spans.made],
    logRecordProcessors: [...ourLogs, ...logs.own, ...logs.made],
    instrumentations,
    environmentProcessors: [...spans.made, ...logs.made],
  }
}

/**
 * Looks for packages where `@opentelemetry/sdk-node` is found, because the package of all instrumentations depends on
 * another copy.
 */
export function sdkPlaceOf(packages: Packages): Packages {
  return packages.resolve(SDK_NODE) === undefined ? packages.within(AUTO) : packages
}

function listOf(instrumentations: unknown): InstrumentationLike[] {
  // NodeSDK accepts lists within the list; flattening deeper ones is cheap.
  return Array.isArray(instrumentations) ? (instrumentations.flat(10) as InstrumentationLike[]) : []
}

/** The processors of the configuration. Undefined where NodeSDK would read the environment. */
function ownProcessors(
  signal: Signal,
  configuration: Configuration,
  parts: ExporterParts,
): object[] | undefined {
  const isTraces = signal === 'traces'
  const many = isTraces ? configuration.spanProcessors : configuration.logRecordProcessors
  if (Array.isArray(many)) return many as object[]
  const one = isTraces ? configuration.spanProcessor : configuration.logRecordProcessor
  // OpenTelemetry 3 does not read the older names.
  const isLine3 = tried('the API', () => mergedLogsApi(parts.sdk)) !== undefined
  if (one && !isLine3) return [one as object]
  const exporter = isTraces ? configuration.traceExporter : undefined
  if (!exporter) return undefined
  const batch = tried('the traceExporter', () => batched(signal, exporter, parts))
  if (batch !== undefined) return [batch]
  warnOnce(
    'LOGNITOR_EXPORT_STOPPED',
    'sdkConfig cannot put traceExporter behind a batch processor, because the SDK of OpenTelemetry was not found. ' +
      'Pass spanProcessors: [new BatchSpanProcessor(...)] instead.',
    'traceExporter',
  )
  return []
}

function warnWithoutSdk(signal: Signal, env: Environment): void {
  if (exportVariable(signal, env) === undefined) return
  warnOnce(
    'LOGNITOR_EXPORT_STOPPED',
    `The environment names an OTLP export, which sdkConfig cannot set up: ${SDK_NODE} was not found from the application (is it bundled?). ` +
      'Pass spanProcessors and logRecordProcessors with your exporters to sdkConfig.',
    'sdk',
  )
}

/** A part that is missing or broken must not keep the application from starting. */
export function tried<T>(what: string, make: () => T): T | undefined {
  try {
    return make()
  } catch (error) {
    warnOnce(
      'LOGNITOR_NOT_STARTED',
      `OpenTelemetry runs without ${what}, which failed (${error}). Data that needs it does not arrive. ` +
        'Install matching versions of the @opentelemetry packages; npx lognitor doctor shows which do not match.',
      what,
    )
    return undefined
  }
}
