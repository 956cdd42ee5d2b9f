// A service with tracing and metrics, and one request whose handler logs. Its uploads must not be traced.
import { AsyncLocalStorage } from 'node:async_hooks'
import type { AddressInfo } from 'node:net'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { LognitorHttpInstrumentation } from '../../../instrumentation/index.js'
import { resolveOptions } from '../../../src/config/options.js'
import { PIPELINE } from '../../../src/pipeline/brand.js'
import { Pipeline } from '../../../src/pipeline/pipeline.js'

const requests = new AsyncLocalStorage<string>()
const seenWhileSending: unknown[] = []
const pipeline = new Pipeline(resolveOptions({ onDrop: () => seenWhileSending.push(requests.getStore()) }))
const spans = new InMemorySpanExporter()
const spanProcessor = new SimpleSpanProcessor(spans)
const reader = new PeriodicExportingMetricReader({
  exporter: new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE),
})
new NodeSDK({
  spanProcessors: [spanProcessor],
  metricReaders: [reader],
  logRecordProcessors: [],
  instrumentations: [
    new LognitorHttpInstrumentation({ client: { [PIPELINE]: pipeline } }),
    new UndiciInstrumentation(),
  ],
}).start()

// Loaded only now, so that the module is instrumented.
const http = require('node:http') as typeof import('node:http')

const server = http.createServer((_, response) => {
  requests.run('of this request', () => {
    for (let n = 0; n < 25; n++) {
      const timestamp = new Date().toISOString()
      if (pipeline.wants('info')) {
        pipeline.write({ level: 'info', message: `log ${n}`, timestamp }, { source: 'call' })
      }
    }
    response.end('done')
  })
})

server.listen(0, '127.0.0.1', async () => {
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) =>
    http.get({ port, host: '127.0.0.1' }, (answer) => answer.resume().on('end', resolve)),
  )
  while (pipeline.stats().accepted + (pipeline.stats().dropped.rejected ?? 0) < 25) {
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  await pipeline.flush(10_000)
  // Spans wait for the resource, which may take longer than everything above.
  await spanProcessor.forceFlush()
  const { resourceMetrics } = await reader.collect()
  const facts = {
    port,
    spans: spans
      .getFinishedSpans()
      .map(({ kind, attributes }) => ({ kind, port: attributes['server.port'] })),
    seenWhileSending,
    metrics: resourceMetrics.scopeMetrics
      .filter(({ scope }) => scope.name === '@lognitor/opentelemetry')
      .flatMap(({ metrics }) => metrics)
      .map(({ descriptor, dataPoints }) => ({
        name: descriptor.name,
        unit: descriptor.unit,
        points: dataPoints.map(({ value, attributes }) => ({ value, attributes })),
      })),
  }
  process.stdout.write(`${JSON.stringify(facts)}\n`)
  process.exit(0)
})
