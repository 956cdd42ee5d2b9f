// Loaded before the application: node --import ./telemetry.mjs app.mjs
import { register } from 'node:module'
import { init, LognitorLogRecordProcessor, LognitorSpanProcessor } from '@lognitor/opentelemetry'
import { WinstonInstrumentation } from '@opentelemetry/instrumentation-winston'
import { NodeSDK } from '@opentelemetry/sdk-node'

// ES modules are patched by OpenTelemetry through this hook.
register('@opentelemetry/instrumentation/hook.mjs', import.meta.url)

// LOGNITOR_API_KEY comes from the environment.
const client = init({ service: 'winston-job' })

// Needs the package @opentelemetry/winston-transport beside it, and no transport of that name in the logger.
new NodeSDK({
  logRecordProcessors: [new LognitorLogRecordProcessor({ client })],
  spanProcessors: [new LognitorSpanProcessor({ client })],
  metricReaders: [],
  instrumentations: [new WinstonInstrumentation()],
}).start()
