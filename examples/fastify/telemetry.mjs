// Loaded before the application: node --import ./telemetry.mjs app.mjs
import { register } from 'node:module'
import { FastifyOtelInstrumentation } from '@fastify/otel'
import { init, LognitorLogRecordProcessor, LognitorSpanProcessor } from '@lognitor/opentelemetry'
import { LognitorHttpInstrumentation } from '@lognitor/opentelemetry/instrumentation'
import { PinoInstrumentation } from '@opentelemetry/instrumentation-pino'
import { NodeSDK } from '@opentelemetry/sdk-node'

// ES modules are patched by OpenTelemetry through this hook.
register('@opentelemetry/instrumentation/hook.mjs', import.meta.url)

// LOGNITOR_API_KEY comes from the environment.
const client = init({ service: 'fastify-shop' })

new NodeSDK({
  logRecordProcessors: [new LognitorLogRecordProcessor({ client })],
  spanProcessors: [new LognitorSpanProcessor({ client })],
  metricReaders: [],
  instrumentations: [
    new LognitorHttpInstrumentation({ client, ignoreRoutes: ['/health'], captureUser: true }),
    new FastifyOtelInstrumentation({ registerOnInitialization: true }),
    new PinoInstrumentation(),
  ],
}).start()
