import { isMainThread, parentPort } from 'node:worker_threads'
import { trace } from '@opentelemetry/api'
import { withLognitor } from '../instrumentation/with-lognitor.js'
import { getClient } from './client/default-client.js'
import { warnOnce } from './errors.js'
import { LognitorLogRecordProcessor } from './log-record-processor.js'
import { PIPELINE } from './pipelines.js'
import { processorsFrom } from './register/exporters.js'
import { flushAtNaturalEnd } from './register/flush-at-end.js'
import { AUTO, HTTP, installedInstrumentations, provideLambda } from './register/instrumentations.js'
import { hookLoader } from './register/loader-hook.js'
import { bridgeLogsApi } from './register/logs-api.js'
import { nameMissing } from './register/missing.js'
import { type Packages, packagesFrom } from './register/packages.js'
import { applicationPlaces } from './register/places.js'
import { samplerFrom } from './register/sampler.js'
import { shared } from './shared.js'
import { LognitorSpanProcessor } from './span-processor.js'

/*
 * Zero code: `node --import @lognitor/opentelemetry/register app.js`, or `--require`. Everything comes from
 * the environment: LOGNITOR_*, and what OpenTelemetry itself reads there.
 */

const SDK_NODE = '@opentelemetry/sdk-node'

type NodeSdk = new (configuration: object) => { start(): void }

const state = shared('register', () => ({ hasStarted: false }))
// Node preloads --require into its own thread for loader hooks too, where no application runs.
const isNodesOwn = !isMainThread && parentPort === null
if (!state.hasStarted && !isNodesOwn) {
  state.hasStarted = true
  try {
    start()
  } catch (error) {
    warnOnce(
      'LOGNITOR_NOT_STARTED',
      `Zero code could not start OpenTelemetry, and the application runs without: ${error}`,
    )
  }
}

function start(): void {
  // Not `init`, which an application may still call with options that no variable can hold.
  const client = getClient()
  const http = withLognitor({}, { client })
  const { env } = process
  if (env.OTEL_SDK_DISABLED?.trim().toLowerCase() === 'true') return
  // First as the application sees it, whose versions must fit each other; ours only where it has none.
  const packages = packagesFrom(applicationPlaces(process.argv[1], process.cwd(), import.meta.filename))
  // The collection brings an SDK of its own.
  const sdkPlace = packages.resolve(SDK_NODE) === undefined ? packages.within(AUTO) : packages
  const sdkClass = sdkPlace.load(SDK_NODE)?.NodeSDK as NodeSdk | undefined
  if (sdkClass === undefined) {
    warnOnce(
      'LOGNITOR_MISSING_PEER',
      `Zero code needs ${SDK_NODE} for logs and errors with trace ids (npm install ${SDK_NODE} ${AUTO}). Until then there are request rows, uncaught errors and the client only.`,
      SDK_NODE,
    )
    return
  }
  const sdk = sdkPlace.within(SDK_NODE)
  hookLoader(sdk)
  const { tell } = client[PIPELINE]
  const beside = { spans: processorsFrom('traces', env, sdk), logs: processorsFrom('logs', env, sdk) }
  const others = [...beside.spans, ...beside.logs]
  const flushed = others.length > 0 ? [flushAtNaturalEnd(others)] : []
  const instrumentations = installedInstrumentations({ packages, env, tell, http })
  const nodeSdk = new sdkClass({
    sampler: samplerFrom(env, sdk),
    spanProcessors: [new LognitorSpanProcessor({ client }), ...beside.spans, ...flushed],
    logRecordProcessors: [new LognitorLogRecordProcessor({ client }), ...beside.logs, ...flushed],
    instrumentations,
    // The SDK's default would send metrics to a Collector on this host.
    ...(env.OTEL_METRICS_EXPORTER === undefined && { metricReaders: [] }),
  })
  nodeSdk.start()
  provideLambda(instrumentations, trace.getTracerProvider())
  bridgeLogsApi(packages)
  if (isMainThread) nameWhatIsMissing(packages)
  tell('zero code has started OpenTelemetry')
}

function nameWhatIsMissing(packages: Packages): void {
  const seen = packages.within(AUTO)
  if (seen.resolve(HTTP) === undefined) {
    warnOnce(
      'LOGNITOR_MISSING_PEER',
      `Requests have rows but no spans: install ${HTTP} (npm install ${HTTP}) for trace ids.`,
      HTTP,
    )
  }
  nameMissing(packages, seen, process.env)
}
