// A program with OpenTelemetry's Node SDK: emits logs and ends spans, and exports them over OTLP.
// Its one argument is JSON: { endpoint, protocol: 'grpc' | 'http/protobuf' | 'http/json', run, logs, spans }
import { createRequire } from 'node:module'
import { ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { logOf, RESOURCE, spanOf } from './telemetry.mjs'

const require = createRequire(import.meta.url)
const PACKAGES = {
  grpc: ['@opentelemetry/exporter-logs-otlp-grpc', '@opentelemetry/exporter-trace-otlp-grpc'],
  'http/protobuf': ['@opentelemetry/exporter-logs-otlp-proto', '@opentelemetry/exporter-trace-otlp-proto'],
  'http/json': ['@opentelemetry/exporter-logs-otlp-http', '@opentelemetry/exporter-trace-otlp-http'],
}
/** Fewer than the SDK's queues hold, because a full queue drops without a word. */
const ROUND = 1500

const { endpoint, protocol, run, logs, spans } = JSON.parse(process.argv[2])
const [logPackage, tracePackage] = PACKAGES[protocol]
const url = (signal) => (protocol === 'grpc' ? endpoint : `${endpoint}/v1/${signal}`)
const resource = resourceFromAttributes(RESOURCE('node'))
let retried = 0

const { OTLPLogExporter } = require(logPackage)
const logProcessor = new BatchLogRecordProcessor({
  exporter: patient(new OTLPLogExporter({ url: url('logs') })),
})
const loggers = new LoggerProvider({ resource, processors: [logProcessor] })
const logger = loggers.getLogger('fleet')
for (let number = 0; number < logs; number++) {
  const { timestampMs, traceId, spanId, ...record } = logOf(run, number)
  const context = trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: 1 })
  logger.emit({ ...record, timestamp: timestampMs, context })
  if (number % ROUND === ROUND - 1) await loggers.forceFlush()
}
await loggers.shutdown()

const { OTLPTraceExporter } = require(tracePackage)
const spanProcessor = new BatchSpanProcessor(patient(new OTLPTraceExporter({ url: url('traces') })))
const tracers = new BasicTracerProvider({ resource, spanProcessors: [spanProcessor] })
const tracer = tracers.getTracer('fleet')
for (let number = 0; number < spans; number++) {
  const { name, startMs, endMs, attributes, exception } = spanOf(run, number)
  const span = tracer.startSpan(name, { kind: SpanKind.SERVER, attributes, startTime: startMs }, ROOT_CONTEXT)
  if (exception) {
    const { type, message, stack } = exception
    span.recordException({ name: type, message, stack }, startMs + 5)
  }
  span.end(endMs)
  if (number % ROUND === ROUND - 1) await tracers.forceFlush()
}
await tracers.shutdown()
console.log(JSON.stringify({ logs, spans, retried }))

/** An exporter that retries until it succeeds, so that the sent data is known for certain. */
function patient(exporter) {
  const attempt = (items, done) => {
    exporter.export(items, (result) => {
      if (result.code === 0) return done(result)
      retried++
      setTimeout(attempt, 100, items, done)
    })
  }
  return {
    export: attempt,
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
  }
}
