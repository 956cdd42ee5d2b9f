// Loaded before the shop: OpenTelemetry's own HTTP instrumentation, spans ended and not exported.
import './bare.mjs'
import { register } from 'node:module'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { idle } from './idle.mjs'

register('@opentelemetry/instrumentation/hook.mjs', import.meta.url)

new NodeSDK({
  spanProcessors: [idle],
  logRecordProcessors: [],
  metricReaders: [],
  instrumentations: [new HttpInstrumentation()],
}).start()
