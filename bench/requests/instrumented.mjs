// Loaded before the shop: OpenTelemetry's instrumentation of HTTP, and of Express where wanted, with or without
// Lognitor. Spans are ended and not exported.
import './bare.mjs'
import { register } from 'node:module'
import { ExpressInstrumentation } from '@opentelemetry/instrumentation-express'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { idle } from './idle.mjs'

const { BENCH_EXPRESS: hasExpress, BENCH_LOGNITOR: hasLognitor } = process.env

register('@opentelemetry/instrumentation/hook.mjs', import.meta.url)

// Not imported where it is not measured.
const lognitor = hasLognitor ? await import('./lognitor.mjs') : undefined

new NodeSDK({
  spanProcessors: lognitor ? [idle, lognitor.spanProcessor()] : [idle],
  logRecordProcessors: [],
  metricReaders: [],
  instrumentations: [
    lognitor ? lognitor.httpInstrumentation() : new HttpInstrumentation(),
    ...(hasExpress ? [new ExpressInstrumentation()] : []),
  ],
}).start()
