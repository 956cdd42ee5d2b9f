// Loaded before the application: node --import ./telemetry.mjs app.mjs
import { register } from 'node:module'
import { init, LognitorLogRecordProcessor, LognitorSpanProcessor } from '@lognitor/opentelemetry'
import { LognitorHttpInstrumentation } from '@lognitor/opentelemetry/instrumentation'
import { ExpressInstrumentation } from '@opentelemetry/instrumentation-express'
import { PinoInstrumentation } from '@opentelemetry/instrumentation-pino'
import { NodeSDK } from '@opentelemetry/sdk-node'

// ES modules are patched by OpenTelemetry through this hook.
register('@opentelemetry/instrumentation/hook.mjs', import.meta.url)

// LOGNITOR_API_KEY comes from the environment.
const client = init({ service: 'express-shop' })

new NodeSDK({
  logRecordProcessors: [new LognitorLogRecordProcessor({ client })],
  spanProcessors: [new LognitorSpanProcessor({ client })],
  metricReaders: [],
  instrumentations: [
    new LognitorHttpInstrumentation({ client, ignoreRoutes: ['/health'], captureUser: true }),
    new ExpressInstrumentation(),
    new PinoInstrumentation(),
  ],
}).start()
