import { ROOT_CONTEXT, SpanKind, TraceFlags, trace } from '@opentelemetry/api'
import { OTLPLogExporter as JsonLogExporter } from '@opentelemetry/exporter-logs-otlp-http'
import { OTLPLogExporter as ProtobufLogExporter } from '@opentelemetry/exporter-logs-otlp-proto'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  BatchLogRecordProcessor,
  LoggerProvider,
  type LogRecordProcessor,
  SimpleLogRecordProcessor,
} from '@opentelemetry/sdk-logs'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { describe, expect, test } from 'vitest'
import { LognitorClient } from '../../src/client/client.js'
import type { Options } from '../../src/config/options.js'
import { startGateway } from '../../src/gateway/index.js'
import { LognitorLogRecordExporter } from '../../src/otel/log-record-exporter.js'
import { LognitorLogRecordProcessor } from '../../src/otel/log-record-processor.js'
import { LognitorSpanProcessor } from '../../src/otel/span-processor.js'
import { MemoryTransport } from '../../src/testing/memory-transport.js'
import { LOG_ID_KEY, type Log } from '../../src/wire/log.js'
import { CASES, type Case } from './telemetry.js'

const RESOURCE = {
  'service.name': 'shop',
  'service.version': '2.1.0',
  'deployment.environment.name': 'test',
  'host.name': 'host-1',
}
const ORIGIN = { service: 'shop', version: '2.1.0', environment: 'test', hostname: 'host-1' }
const TRACE = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: TraceFlags.SAMPLED,
}
const OPTIONS: Options = { redactPatterns: ['email', 'creditCard'], sourceContext: false }

/** Sends a case through each entry point; undefined when the entry point cannot express the case. */
const ENTRY_POINTS: Readonly<Record<string, (one: Case) => Promise<Log[]> | undefined>> = {
  'the exporter behind Batch': (one) =>
    throughProvider(one, (exporterOptions) => {
      const exporter = new LognitorLogRecordExporter(exporterOptions)
      return new BatchLogRecordProcessor({ exporter })
    }),
  'the exporter behind Simple': (one) =>
    throughProvider(one, (options) => {
      const exporter = new LognitorLogRecordExporter(options)
      return new SimpleLogRecordProcessor({ exporter })
    }),
  'the processor': (one) => throughProvider(one, (options) => new LognitorLogRecordProcessor(options)),
  'the companion client': (one) => one.call && throughClient(one.call),
  'the span processor': (one) => one.exception && throughSpan(one.exception),
  'the gateway, in protobuf': (one) =>
    throughGateway((url) => tellRecord(one, new ProtobufLogExporter({ url: `${url}/v1/logs` }))),
  'the gateway, in JSON': (one) =>
    throughGateway((url) => tellRecord(one, new JsonLogExporter({ url: `${url}/v1/logs` }))),
  'the gateway, as a span': (one) => {
    const { exception } = one
    return exception && throughGateway((url) => tellSpan(exception, url))
  },
}

describe.each(CASES)('$name', (one) => {
  for (const [entryPoint, tell] of Object.entries(ENTRY_POINTS)) {
    const told = tell(one)
    if (told === undefined) continue
    test(`becomes the same log through ${entryPoint}`, async () => {
      const logs = await told
      expect(logs).toHaveLength(1)
      const expected = { ...ORIGIN, ...one.expected, trace: expectedTrace(entryPoint) }
      expect(comparable(logs[0] as Log)).toEqual(
        entryPoint.endsWith('JSON') ? asJsonHasIt(expected) : expected,
      )
    })
  }
})

test('every entry point has cases', () => {
  for (const [entryPoint, tell] of Object.entries(ENTRY_POINTS)) {
    const told = CASES.map((one) => tell(one)).filter(Boolean)
    expect(told.length, entryPoint).toBeGreaterThan(0)
  }
})

/** Fields that may differ on purpose: ids, times, the SDK's name, and what only a running process knows. */
function comparable(log: Log): Partial<Log> {
  const { timestamp, _sdk, fingerprint, breadcrumbs, perf, metadata, ...rest } = log
  // The gateway gives a log the id of its server span when the log has no request id.
  if (rest.request_id === `${TRACE.traceId}-${TRACE.spanId}`) delete rest.request_id
  expect(timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  expect(_sdk?.name).toBe('@lognitor/opentelemetry')
  if (log.error) expect(fingerprint).toMatch(/^[0-9a-f]{64}$/)
  const { [LOG_ID_KEY]: id, 'otel.scope.name': _scope, 'span.name': spanName, ...own } = metadata ?? {}
  expect(id).toMatch(/^[0-9a-f-]{36}$/)
  // Only a span knows its duration.
  const figures = spanName === undefined ? perf : undefined
  return { ...rest, ...(figures && { perf: figures }), ...(Object.keys(own).length > 0 && { metadata: own }) }
}

/** The SDK writes null into OTLP/JSON for numbers that JSON cannot express, before the gateway reads them. */
function asJsonHasIt<T extends Pick<Partial<Log>, 'metadata'>>(expected: T): T {
  const { metadata } = expected
  if (metadata === undefined) return expected
  const lost = (value: unknown) => value === 'NaN' || value === 'Infinity' || value === '-Infinity'
  const seen = Object.entries(metadata).map(([key, value]) => [key, lost(value) ? null : value])
  return { ...expected, metadata: Object.fromEntries(seen) }
}

function expectedTrace(entryPoint: string): Log['trace'] {
  if (entryPoint.includes('span')) return expect.objectContaining({ trace_id: TRACE.traceId })
  return { trace_id: TRACE.traceId, span_id: TRACE.spanId }
}

async function throughProvider(
  one: Case,
  makeProcessor: (options: Options & { client: LognitorClient }) => unknown,
): Promise<Log[]> {
  const { client, transport } = openClient()
  const processor = makeProcessor({ client }) as LogRecordProcessor
  const provider = new LoggerProvider({ resource: resourceFromAttributes(RESOURCE), processors: [processor] })
  provider.getLogger('test').emit({ ...one.record, context: trace.setSpanContext(ROOT_CONTEXT, TRACE) })
  await provider.shutdown()
  await client.shutdown()
  return transport.logs
}

async function throughClient({ level, message, options }: NonNullable<Case['call']>): Promise<Log[]> {
  const { client, transport } = openClient({ service: 'shop', version: '2.1.0', environment: 'test' })
  await learnHost(client)
  transport.clear()
  client.log(level, message, { ...options, trace: { traceId: TRACE.traceId, spanId: TRACE.spanId } })
  await client.shutdown()
  return transport.logs
}

/** The client has no resource. It learns the host from the first record with one. */
async function learnHost(client: LognitorClient): Promise<void> {
  const processor = new LognitorLogRecordProcessor({ client }) as unknown as LogRecordProcessor
  const provider = new LoggerProvider({ resource: resourceFromAttributes(RESOURCE), processors: [processor] })
  provider.getLogger('test').emit({ body: 'first' })
  await client.flush()
}

/** What another SDK's exporter sends to a gateway. */
async function throughGateway(tell: (url: string) => Promise<void>): Promise<Log[]> {
  const { redactPatterns } = OPTIONS
  const transport = new MemoryTransport()
  const gateway = await startGateway({ listen: '127.0.0.1:0', redactPatterns, transport })
  await tell(gateway.url)
  await gateway.close()
  return transport.logs
}

async function tellRecord(one: Case, exporter: ProtobufLogExporter | JsonLogExporter): Promise<void> {
  const processor = new BatchLogRecordProcessor({ exporter })
  const provider = new LoggerProvider({ resource: resourceFromAttributes(RESOURCE), processors: [processor] })
  provider.getLogger('test').emit({ ...one.record, context: trace.setSpanContext(ROOT_CONTEXT, TRACE) })
  await provider.shutdown()
}

async function tellSpan(exception: Error, url: string): Promise<void> {
  const exporter = new OTLPTraceExporter({ url: `${url}/v1/traces` })
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes(RESOURCE),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  })
  recordException(provider, exception)
  await provider.shutdown()
}

function recordException(provider: BasicTracerProvider, exception: Error): void {
  const parent = trace.setSpanContext(ROOT_CONTEXT, TRACE)
  const span = provider.getTracer('test').startSpan('pay', { kind: SpanKind.INTERNAL }, parent)
  span.recordException(exception)
  span.end()
}

async function throughSpan(exception: Error): Promise<Log[]> {
  const { client, transport } = openClient()
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes(RESOURCE),
    spanProcessors: [new LognitorSpanProcessor({ client }) as never],
  })
  recordException(provider, exception)
  await client.shutdown()
  return transport.logs
}

function openClient(options: Options = {}): { client: LognitorClient; transport: MemoryTransport } {
  const transport = new MemoryTransport()
  return { client: new LognitorClient({ ...OPTIONS, ...options, transport }), transport }
}
