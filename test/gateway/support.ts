import { gzipSync } from 'node:zlib'
import {
  JsonLogsSerializer,
  JsonTraceSerializer,
  ProtobufLogsSerializer,
  ProtobufTraceSerializer,
} from '@opentelemetry/otlp-transformer'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { onTestFinished } from 'vitest'
import { systemClock } from '../../src/common/clock.js'
import { decodeLogs, decodeSpans, type Encoding } from '../../src/gateway/decode/decode.js'
import { type OtlpLogRecord, type OtlpSpan, TURN } from '../../src/gateway/decode/shapes.js'
import { WrittenLogs } from '../../src/gateway/decode/written-logs.js'
import { processCpuMs } from '../../src/gateway/forward/work-time.js'
import { type GatewayParts, openGateway as open } from '../../src/gateway/gateway.js'
import { resolveGatewayOptions } from '../../src/gateway/gateway-options.js'
import { type Gateway, type GatewayOptions, startGateway } from '../../src/gateway/index.js'
import type { OperatorEvent } from '../../src/gateway/operator-log.js'
import type { LogRecordLike } from '../../src/translate/otel.js'
import { manualClock } from '../support/manual-clock.js'
import { startVendor, type Vendor } from '../support/vendor.js'

export const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
export const SPAN_ID = 'b7ad6b7169203331'

/** A gateway with a stand-in for the service; both end with the test. */
export async function openGateway(
  options: GatewayOptions = {},
): Promise<{ gateway: Gateway; vendor: Vendor }> {
  const vendor = await startVendor()
  const gateway = await startGateway({
    listen: '127.0.0.1:0',
    apiKey: 'key',
    apiUrl: vendor.apiUrl,
    ...options,
  })
  onTestFinished(async () => {
    await vendor.close()
    await gateway.close()
  })
  return { gateway, vendor }
}

/** A gateway with parts of the test, and a stand-in for the service; both end with the test. */
async function openWith(options: GatewayOptions, parts: GatewayParts) {
  const vendor = await startVendor()
  const given = { listen: '127.0.0.1:0', apiKey: 'key', apiUrl: vendor.apiUrl, ...options }
  const gateway = await open(resolveGatewayOptions(given, {}), parts)
  onTestFinished(async () => {
    await vendor.close()
    await gateway.close()
  })
  return { gateway, vendor }
}

/**
 * A gateway with a manual clock, and its messages to the operator.
 * @param cpuMs gives the processor time of the gateway. Default: none is used
 */
export async function openWithClock(options: GatewayOptions = {}, cpuMs = () => 0) {
  const clock = manualClock()
  const told: OperatorEvent[] = []
  const parts = { clock, random: () => 0, cpuMs, say: (event: OperatorEvent) => told.push(event) }
  return { ...(await openWith(options, parts)), clock, told }
}

/**
 * A gateway whose clock shows the processor time of this process, so that a busy machine does not make an export late.
 */
export function openInCpuTime(options: GatewayOptions = {}) {
  return openWith(options, { clock: { ...systemClock, monotonic: processCpuMs } })
}

/** The log records of a body, without the turns between them. */
export async function decodedLogs(body: Buffer, encoding: Encoding): Promise<OtlpLogRecord[]> {
  const items = [...(await decodeLogs(body, encoding))]
  return items.filter((item) => item !== TURN && !(item instanceof WrittenLogs)) as OtlpLogRecord[]
}

/** As {@link decodedLogs}, for spans. */
export async function decodedSpans(body: Buffer, encoding: Encoding): Promise<OtlpSpan[]> {
  return [...(await decodeSpans(body, encoding))].filter((span) => span !== TURN)
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever was answered
  readonly json: any
}

export interface Sending {
  readonly headers?: Record<string, string>
  readonly gzip?: boolean
}

/** Sends an object as OTLP/JSON, or bytes as protobuf. */
export async function send(
  gateway: Pick<Gateway, 'url'>,
  path: string,
  body: unknown,
  { headers = {}, gzip = false }: Sending = {},
): Promise<Answer> {
  const isBytes = body instanceof Uint8Array
  const bytes = isBytes ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  const response = await fetch(gateway.url + path, {
    method: 'POST',
    headers: {
      'content-type': isBytes ? 'application/x-protobuf' : 'application/json',
      ...(gzip && { 'content-encoding': 'gzip' }),
      ...headers,
    },
    body: gzip ? gzipSync(bytes) : bytes,
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type') === 'application/json'
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: isJson ? JSON.parse(text) : undefined,
  }
}

/** The time of the first record of {@link logsOf}, in seconds since 1970. */
export const FIRST_SECOND = 1_790_000_000

type JsonRecord = Record<string, unknown>

/** An export request of records that differ in their bodies. */
export function logsOf(...records: (string | JsonRecord)[]): JsonRecord {
  const logRecords = records.map((record, index) => ({
    timeUnixNano: `${FIRST_SECOND + index}000000000`,
    severityNumber: 9,
    ...(typeof record === 'string' ? { body: { stringValue: record } } : record),
  }))
  const attributes = [attribute('service.name', 'shop')]
  return { resourceLogs: [{ resource: { attributes }, scopeLogs: [{ scope: { name: 'app' }, logRecords }] }] }
}

export function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `line ${index}`)
}

/** An export request of spans. */
export function spansOf(...spans: JsonRecord[]): JsonRecord {
  const attributes = [attribute('service.name', 'shop')]
  const full = spans.map((span, index) => ({
    traceId: TRACE_ID,
    spanId: (index + 1).toString(16).padStart(16, '0'),
    name: `span ${index}`,
    kind: 1,
    startTimeUnixNano: `${FIRST_SECOND}000000000`,
    endTimeUnixNano: `${FIRST_SECOND}250000000`,
    ...span,
  }))
  return {
    resourceSpans: [{ resource: { attributes }, scopeSpans: [{ scope: { name: 'app' }, spans: full }] }],
  }
}

export function attribute(key: string, value: string | number | boolean): JsonRecord {
  if (typeof value === 'string') return { key, value: { stringValue: value } }
  if (typeof value === 'boolean') return { key, value: { boolValue: value } }
  return { key, value: Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value } }
}

/** An exception as `recordException` writes it. */
export function exceptionEvent(
  type: string,
  message: string,
  stack = `${type}: ${message}\n    at app.js:1:1`,
) {
  return {
    name: 'exception',
    timeUnixNano: `${FIRST_SECOND}100000000`,
    attributes: [
      attribute('exception.type', type),
      attribute('exception.message', message),
      attribute('exception.stacktrace', stack),
    ],
  }
}

/** A record in the shape of the SDK's own objects. */
export function sdkRecord(fields: Partial<LogRecordLike> = {}): LogRecordLike {
  return {
    hrTime: [FIRST_SECOND, 123_456_789],
    hrTimeObserved: [FIRST_SECOND, 123_456_999],
    severityNumber: 9,
    severityText: 'INFO',
    body: 'hello',
    resource: resourceFromAttributes({ 'service.name': 'shop' }),
    instrumentationScope: { name: 'app' },
    attributes: {},
    droppedAttributesCount: 0,
    ...fields,
  }
}

/** An export request as the SDK's exporters write it. */
export function serialize(encoding: 'protobuf' | 'json', records: readonly LogRecordLike[]): Buffer {
  const serializer = encoding === 'json' ? JsonLogsSerializer : ProtobufLogsSerializer
  return Buffer.from(serializer.serializeRequest(records as never) as Uint8Array)
}

export function serializeSpans(encoding: 'protobuf' | 'json', spans: readonly unknown[]): Buffer {
  const serializer = encoding === 'json' ? JsonTraceSerializer : ProtobufTraceSerializer
  return Buffer.from(serializer.serializeRequest(spans as never) as Uint8Array)
}

export type { OtlpSpan }
