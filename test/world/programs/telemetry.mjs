// The set-up by hand: every entry point in a NodeSDK.
import { init, LognitorLogRecordProcessor, LognitorSpanProcessor } from '@lognitor/opentelemetry'
import { LognitorHttpInstrumentation } from '@lognitor/opentelemetry/instrumentation'
import { ExpressInstrumentation } from '@opentelemetry/instrumentation-express'
import { PinoInstrumentation } from '@opentelemetry/instrumentation-pino'
import { NodeSDK } from '@opentelemetry/sdk-node'

const client = init({ service: 'shop' })
new NodeSDK({
  logRecordProcessors: [new LognitorLogRecordProcessor({ client })],
  spanProcessors: [new LognitorSpanProcessor({ client })],
  metricReaders: [],
  instrumentations: [
    new LognitorHttpInstrumentation({ client }),
    new ExpressInstrumentation(),
    new PinoInstrumentation(),
  ],
}).start()
