import module from 'node:module'
import { pathToFileURL } from 'node:url'
import { withLognitor } from '../instrumentation/with-lognitor.js'
import { init } from './client/default-client.js'
import { warnOnce } from './errors.js'
import { LognitorLogRecordProcessor } from './log-record-processor.js'
import { PIPELINE } from './pipelines.js'
import { processorsFrom } from './register/exporters.js'
import { installedInstrumentations } from './register/instrumentations.js'
import { type Packages, packagesFrom } from './register/packages.js'
import { samplerFrom } from './register/sampler.js'
import { LognitorSpanProcessor } from './span-processor.js'

/*
 * Zero code: `node --import @lognitor/opentelemetry/register app.js`, or `--require`. Everything comes from
 * the environment: LOGNITOR_*, and what OpenTelemetry itself reads there.
 */

const STARTED = Symbol.for('lognitor.registered')
const SDK_NODE = '@opentelemetry/sdk-node'
const LOADER_HOOK = '@opentelemetry/instrumentation/hook.mjs'

type NodeSdk = new (configuration: object) => { start(): void; shutdown(): Promise<void> }

const shared = globalThis as { [STARTED]?: boolean }
if (!shared[STARTED]) {
  shared[STARTED] = true
  try {
    start()
  } catch (error) {
    warnOnce(
      'LOGNITOR_MISSING_PEER',
      `Zero code could not start OpenTelemetry, and the application runs without: ${error}`,
    )
  }
}

function start(): void {
  const client = init()
  const { tell } = client[PIPELINE]
  // First as the application sees it, whose versions must fit each other; ours only where it has none.
  const packages = packagesFrom(
    [process.argv[1] ?? '', `${process.cwd()}/`, __filename].filter((place) => place !== ''),
  )
  const http = withLognitor({}, { client })
  const sdkClass = packages.load(SDK_NODE)?.NodeSDK as NodeSdk | undefined
  if (sdkClass === undefined) {
    warnOnce(
      'LOGNITOR_MISSING_PEER',
      `Zero code needs ${SDK_NODE} for logs and errors with trace ids (npm install ${SDK_NODE}). Until then there are request rows, uncaught errors and the client only.`,
      SDK_NODE,
    )
    return
  }
  hookLoader(packages)
  const sdk = packages.within(SDK_NODE)
  const { env } = process
  const beside = { spans: processorsFrom('traces', env, sdk), logs: processorsFrom('logs', env, sdk) }
  const nodeSdk = new sdkClass({
    sampler: samplerFrom(env, sdk),
    spanProcessors: [new LognitorSpanProcessor({ client }), ...beside.spans],
    logRecordProcessors: [new LognitorLogRecordProcessor({ client }), ...beside.logs],
    instrumentations: installedInstrumentations({ packages, env, tell, http }),
    // The SDK's default would send metrics to a Collector on this host.
    ...(env.OTEL_METRICS_EXPORTER === undefined && { metricReaders: [] }),
  })
  nodeSdk.start()
  bridgeLogsApi(packages)
  if (beside.spans.length + beside.logs.length > 0) {
    process.once('beforeExit', () => void nodeSdk.shutdown().catch(() => {}))
  }
  tell('zero code has started OpenTelemetry')
}

/** ES modules are patched only through a loader hook. */
function hookLoader(packages: Packages): void {
  const hook = packages.resolve(LOADER_HOOK) ?? packages.within(SDK_NODE).resolve(LOADER_HOOK)
  if (hook !== undefined) module.register(pathToFileURL(hook), pathToFileURL(__filename))
}

/**
 * With OpenTelemetry 3 the Logs API is part of `api`, and bridges that still speak the older `api-logs` would
 * speak to nobody: we hand them the provider.
 */
function bridgeLogsApi(packages: Packages): void {
  const current = packages.load('@opentelemetry/api')?.logs as LogsApi | undefined
  const older = packages.load('@opentelemetry/api-logs')?.logs as LogsApi | undefined
  if (current && older) older.setGlobalLoggerProvider(current.getLoggerProvider())
}

interface LogsApi {
  getLoggerProvider(): object
  setGlobalLoggerProvider(provider: object): unknown
}
