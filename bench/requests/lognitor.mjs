// Loaded before the shop: also writes a request entry for each request, reads each span, and delivers everything.
import './bare.mjs'
import { register } from 'node:module'
import { init, LognitorSpanProcessor } from '@lognitor/opentelemetry'
import { LognitorHttpInstrumentation } from '@lognitor/opentelemetry/instrumentation'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { idle } from './idle.mjs'

register('@opentelemetry/instrumentation/hook.mjs', import.meta.url)

const client = init({ apiKey: 'bench', apiUrl: process.env.BENCH_SERVER })

new NodeSDK({
  spanProcessors: [idle, new LognitorSpanProcessor({ client })],
  logRecordProcessors: [],
  metricReaders: [],
  instrumentations: [new LognitorHttpInstrumentation({ client })],
}).start()

process.on('message', async (message) => {
  if (message === 'flush') process.send({ flushed: await client.flush() })
})
