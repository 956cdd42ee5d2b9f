// Loaded before the application: node --import ./telemetry.mjs app.mjs
import { register } from 'node:module'
import { init, LognitorLogRecordProcessor, LognitorSpanProcessor } from '@lognitor/opentelemetry'
import { withBunyan2 } from '@lognitor/opentelemetry/instrumentation'
import { BunyanInstrumentation } from '@opentelemetry/instrumentation-bunyan'
import { NodeSDK } from '@opentelemetry/sdk-node'

// ES modules are patched by OpenTelemetry through this hook.
register('@opentelemetry/instrumentation/hook.mjs', import.meta.url)

// LOGNITOR_API_KEY comes from the environment.
const client = init({ service: 'bunyan-job' })

new NodeSDK({
  logRecordProcessors: [new LognitorLogRecordProcessor({ client })],
  spanProcessors: [new LognitorSpanProcessor({ client })],
  metricReaders: [],
  // Plain `new BunyanInstrumentation()` does for bunyan 1.
  instrumentations: [new (withBunyan2(BunyanInstrumentation))()],
}).start()
