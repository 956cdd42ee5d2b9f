// Loaded first by index.ts. esbuild puts this set-up, OpenTelemetry and the function into one file.
import { init, LognitorLogRecordProcessor, LognitorSpanProcessor } from '@lognitor/opentelemetry'
import { NodeSDK } from '@opentelemetry/sdk-node'

// LOGNITOR_API_KEY comes from the environment.
const client = init({ service: 'orders-function' })

new NodeSDK({
  logRecordProcessors: [new LognitorLogRecordProcessor({ client })],
  spanProcessors: [new LognitorSpanProcessor({ client })],
  metricReaders: [],
}).start()
