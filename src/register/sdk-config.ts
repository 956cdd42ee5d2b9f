import { isMainThread } from 'node:worker_threads'
import { HTTP_OPTION_NAMES, type HttpConfig } from '../../instrumentation/http-config.js'
import { type LognitorHttpOptions, splitOptions } from '../../instrumentation/http-options.js'
import type { HttpInstrumentationLike } from '../../instrumentation/peer.js'
import {
  REQUEST_ENTRY_OPTION_NAMES,
  type RequestEntryOptions,
  resolveRequestEntryOptions,
} from '../../instrumentation/request-options.js'
import { expectTwo } from '../../instrumentation/two-instrumentations.js'
import { getClient, init } from '../client/default-client.js'
import { unknownOption } from '../config/errors.js'
import { checkOptions, expectObject, OPTIONS } from '../config/options.js'
import type { LognitorLogRecordProcessor } from '../otel/log-record-processor.js'
import type { LognitorSpanProcessor } from '../otel/span-processor.js'
import type { HasPipeline } from '../pipeline/brand.js'
import { type ClientOrOptions, pipelineOf } from '../pipeline/registry.js'
import { addedTo, type Configuration, SDK_NODE, sdkPlaceOf, tried } from './configuration.js'
import { hookLoader, isHooksThread } from './loader-hook.js'
import { packagesFrom } from './packages.js'
import { applicationPlaces, callerFile } from './places.js'
import { watchUse } from './use.js'
import { zeroCode } from './zero-code.js'

/**
 * A client's options, or a client as `client`, together with the options of `LognitorHttpInstrumentation`. `enabled`
 * belongs to the client.
 */
export type SdkOptions = Omit<LognitorHttpOptions, 'enabled'> & { enabled?: boolean | undefined }

/** What `sdkConfig` adds to a configuration. A sampler is wrapped and keeps its type. */
export interface SdkParts {
  spanProcessors: LognitorSpanProcessor[]
  logRecordProcessors: LognitorLogRecordProcessor[]
  instrumentations: HttpInstrumentationLike[]
}

/**
 * Adds Lognitor to the configuration of a NodeSDK. Our processors stand beside those of the configuration or of the
 * environment (an OTLP export continues). An HTTP instrumentation in the list is wrapped, and else ours is added. The
 * sampler is wrapped by `recordUnsampled`, and the loader hook for ES modules is registered. Works with OpenTelemetry
 * JS 2.x and 3.x. A part whose package is missing is left out with one warning.
 *
 * @param options a client's options, or `{ client }`, and those of `LognitorHttpInstrumentation`; with none, the
 * default client is used
 * @param config an ordinary configuration of NodeSDK; it is not changed
 * @throws LognitorError `LOGNITOR_BAD_OPTION`, `LOGNITOR_UNKNOWN_OPTION` for a wrong option
 * @example
 * new NodeSDK(
 *   sdkConfig({ service: 'payment-service', ignoreRoutes: ['/health'] }, { instrumentations: [new PinoInstrumentation()] }),
 * ).start()
 */
export function sdkConfig<Config extends object = Record<never, never>>(
  options: SdkOptions = {},
  config: Config = {} as Config,
): Config & SdkParts {
  expectObject(options)
  expectObject(config)
  const { clientOptions, entries, http } = checkedOptions(options)
  // Telemetry of that thread would be telemetry of Node itself, and its exporters a second set.
  if (isHooksThread) return { ...config, ...NOTHING }
  const client = clientOf(clientOptions)
  // Zero code yields once the NodeSDK has started, and warns of that itself.
  if (zeroCode.hasStarted) expectTwo()
  const places = applicationPlaces(process.argv[1], process.cwd(), import.meta.filename)
  const caller = callerFile(sdkConfig)
  const packages = packagesFrom(caller === undefined ? places : [caller, ...places])
  const { environmentProcessors: _, ...added } = addedTo(config as Configuration, {
    client,
    entries,
    http,
    packages,
    env: process.env,
    exporters: { fallback: 'otlp' },
  })
  if (isMainThread) {
    const { instrumentations } = added
    const dependencies = packages.dependencies()
    const parts = { packages, env: process.env, instrumentations, dependencies, isInCode: true }
    tried('warnings of what is missing', () => watchUse(parts, pipelineOf(client)))
  }
  const sdk = sdkPlaceOf(packages).within(SDK_NODE)
  tried('the loader hook for ES modules', () => hookLoader(sdk, added.instrumentations))
  const { spanProcessor, traceExporter, logRecordProcessor, ...rest } = config as Configuration
  return { ...rest, ...added } as unknown as Config & SdkParts
}

/** A NodeSDK with this configuration sends nothing. */
const NOTHING = { spanProcessors: [], logRecordProcessors: [], metricReaders: [], instrumentations: [] }

interface CheckedOptions {
  readonly clientOptions: ClientOrOptions
  readonly entries: RequestEntryOptions
  readonly http: HttpConfig
}

/** Checks all options before anything is created. */
function checkedOptions(options: SdkOptions): CheckedOptions {
  const { enabled, ...others } = options
  const { client: input, entries, http } = splitOptions(others as LognitorHttpOptions)
  for (const name of REQUEST_ENTRY_OPTION_NAMES) delete http[name as keyof typeof http]
  const unknown = Object.keys(http).find((name) => !HTTP_OPTION_NAMES.includes(name))
  if (unknown !== undefined) {
    const known = ['client', ...REQUEST_ENTRY_OPTION_NAMES, ...Object.keys(OPTIONS), ...HTTP_OPTION_NAMES]
    throw unknownOption('sdkConfig has no option', unknown, [...new Set(known)])
  }
  const { client: _client, ...clientOptions } = input
  checkOptions({ ...clientOptions, enabled })
  resolveRequestEntryOptions(entries)
  return { clientOptions: enabled === undefined ? input : { ...input, enabled }, entries, http }
}

/** The client passed, else the default client. Options create it, or complete it, as `init` does. */
function clientOf({ client, ...options }: ClientOrOptions): HasPipeline {
  if (client !== undefined) return client
  const isGiven = Object.values(options).some((value) => value !== undefined)
  return isGiven ? init(options) : getClient()
}
