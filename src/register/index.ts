import { isMainThread } from 'node:worker_threads'
import { trace } from '@opentelemetry/api'
import { LognitorHttpInstrumentation } from '../../instrumentation/http-instrumentation.js'
import { withLognitor } from '../../instrumentation/with-lognitor.js'
import { getClient } from '../client/default-client.js'
import { warnOnce } from '../config/errors.js'
import { watchProcess } from '../exit/watch.js'
import { LognitorLogRecordProcessor } from '../otel/log-record-processor.js'
import { LognitorSpanProcessor } from '../otel/span-processor.js'
import { pipelineOf } from '../pipeline/registry.js'
import { addedTo, SDK_NODE, sdkPlaceOf, tried } from './configuration.js'
import { ExporterEnd } from './exporter-end.js'
import { HTTP } from './http.js'
import { AUTO, installedInstrumentations, provideLambda } from './instrumentations.js'
import { hookLoader, isHooksThread } from './loader-hook.js'
import { isAnotherRunning, joinOther, yieldToOthers } from './other-sdk.js'
import { packagesFrom } from './packages.js'
import { applicationPlaces } from './places.js'
import { takePm2Environment } from './pm2.js'
import { watchUse } from './use.js'
import { zeroCode } from './zero-code.js'

/**
 * Zero code: `node --import @lognitor/opentelemetry/register app.js`, or `--require`. The environment configures
 * everything: LOGNITOR_*, and the variables that OpenTelemetry itself reads.
 */

type NodeSdk = new (configuration: object) => { start(): void }

// biome-ignore lint/complexity/noUselessEmptyExport: without an export the bundler takes this file for CommonJS, and has the exports of all other files set when their importers run. What OpenTelemetry's loader hook wraps keeps their first values.
export {}

if (!zeroCode.hasStarted && !isHooksThread) {
  zeroCode.hasStarted = true
  try {
    start()
  } catch (error) {
    warnOnce(
      'LOGNITOR_NOT_STARTED',
      `Zero code could not start OpenTelemetry (${error}), and the application runs without it: logs of its loggers and errors of spans do not arrive. ` +
        'Install matching versions of the @opentelemetry packages; npx lognitor doctor shows which do not match.',
    )
  }
}

function start(): void {
  takePm2Environment(process.env)
  // `getClient` and not `init`, which the application may still call with options that no variable can hold.
  const client = getClient()
  const { env } = process
  if (env.OTEL_SDK_DISABLED?.trim().toLowerCase() === 'true') {
    withLognitor({}, { client })
    return
  }
  // Packages are looked for where the application sees them, because their versions must fit each other. Our own
  // dependencies are used only where the application has none.
  const packages = packagesFrom(applicationPlaces(process.argv[1], process.cwd(), import.meta.filename))
  const sdkPlace = sdkPlaceOf(packages)
  const sdkClass = sdkPlace.load(SDK_NODE)?.NodeSDK as NodeSdk | undefined
  if (sdkClass === undefined) {
    withLognitor({}, { client })
    warnOnce(
      'LOGNITOR_MISSING_PEER',
      `Zero code needs ${SDK_NODE} for logs and errors with trace ids (npm install ${SDK_NODE} ${AUTO}). Until then there are request entries, uncaught errors and the client only.`,
      SDK_NODE,
    )
    return
  }
  const sdk = sdkPlace.within(SDK_NODE)
  if (isAnotherRunning()) {
    // Which modules the other SDK instruments is not known.
    tried('the loader hook for ES modules', () => hookLoader(sdk))
    joinOther({
      spanProcessor: new LognitorSpanProcessor({ client }),
      logRecordProcessor: new LognitorLogRecordProcessor({ client }),
    })
    withLognitor({}, { client })
    return
  }
  const pipeline = pipelineOf(client)
  const own = installedInstrumentations({ packages, env, selfLog: pipeline.selfLog })
  let end: ExporterEnd | undefined
  const added = addedTo(
    { instrumentations: own },
    {
      client,
      entries: {},
      http: {},
      packages,
      env,
      exporters: { fallback: 'none', endLimitMs: () => end?.limitMs() },
    },
  )
  const { environmentProcessors, instrumentations, sampler, spanProcessors, logRecordProcessors } = added
  tried('the loader hook for ES modules', () => hookLoader(sdk, instrumentations))
  const hasMetrics = !['', 'none'].includes(env.OTEL_METRICS_EXPORTER?.trim() ?? '')
  if (environmentProcessors.length > 0 || hasMetrics) {
    end = new ExporterEnd(environmentProcessors, hasMetrics, () => pipeline.settings.flushOnExit || 0)
    spanProcessors.push(end.marker())
    logRecordProcessors.push(end.marker())
    watchProcess(end)
  }
  new sdkClass({
    ...(sampler && { sampler }),
    spanProcessors,
    logRecordProcessors,
    instrumentations,
    // Without this, the SDK's default would send metrics to a Collector on this host.
    ...(env.OTEL_METRICS_EXPORTER === undefined && { metricReaders: [] }),
  }).start()
  provideLambda(own, trace.getTracerProvider())
  yieldToOthers({
    instrumentations,
    packages: sdk,
    spanProcessor: spanProcessors[0] as object,
    logRecordProcessor: logRecordProcessors[0] as object,
    onDisabled: (name) => {
      pipeline.selfLog(`${name} of zero code was turned off, because another instance is active`)
      // Disabling our HTTP instrumentation also ends its request entries.
      if (name === HTTP && instrumentations.some((one) => one instanceof LognitorHttpInstrumentation))
        withLognitor({}, { client })
    },
  })
  if (isMainThread) {
    const dependencies = packages.dependencies()
    const parts = { packages: packages.within(AUTO), env, instrumentations, dependencies, isInCode: false }
    tried('warnings of what is missing', () => watchUse(parts, pipeline))
  }
  pipeline.selfLog('zero code has started OpenTelemetry')
}
