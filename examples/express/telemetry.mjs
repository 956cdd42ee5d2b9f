// Loaded before the application: node --import ./telemetry.mjs app.mjs
import { sdkConfig } from '@lognitor/opentelemetry/sdk'
import { ExpressInstrumentation } from '@opentelemetry/instrumentation-express'
import { PinoInstrumentation } from '@opentelemetry/instrumentation-pino'
import { NodeSDK } from '@opentelemetry/sdk-node'

// LOGNITOR_API_KEY comes from the environment.
new NodeSDK(
  sdkConfig(
    { service: 'express-shop', ignoreRoutes: ['/health'], captureUser: true },
    { instrumentations: [new ExpressInstrumentation(), new PinoInstrumentation()], metricReaders: [] },
  ),
).start()
