// The set-up by sdkConfig, in a NodeSDK whose other exports the environment names.
import { sdkConfig } from '@lognitor/opentelemetry/sdk'
import { ExpressInstrumentation } from '@opentelemetry/instrumentation-express'
import { PinoInstrumentation } from '@opentelemetry/instrumentation-pino'
import { NodeSDK } from '@opentelemetry/sdk-node'

const sdk = new NodeSDK(
  sdkConfig(
    { service: 'shop' },
    { metricReaders: [], instrumentations: [new ExpressInstrumentation(), new PinoInstrumentation()] },
  ),
)
sdk.start()
globalThis.flushOther = () => sdk.shutdown()
