import { init, LognitorLogRecordProcessor, LognitorSpanProcessor } from '@lognitor/opentelemetry'
import { LognitorHttpInstrumentation } from '@lognitor/opentelemetry/instrumentation'
import { NodeSDK } from '@opentelemetry/sdk-node'

const client = init({ service: 'web-shop' })

new NodeSDK({
  logRecordProcessors: [new LognitorLogRecordProcessor({ client })],
  spanProcessors: [new LognitorSpanProcessor({ client })],
  metricReaders: [],
  instrumentations: [new LognitorHttpInstrumentation({ client, ignoreRoutes: ['/_next'] })],
}).start()
