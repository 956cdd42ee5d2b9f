import fc from 'fast-check'
import protobuf from 'protobufjs/minimal.js'
import { describe, expect, test } from 'vitest'
import { decodeLogs } from '../../src/gateway/decode/decode.js'
import { type OtlpSpan, TURN } from '../../src/gateway/decode/shapes.js'
import { translateLogRecord } from '../../src/translate/log-record.js'
import type { LogRecordLike } from '../../src/translate/otel.js'
import { translateResource } from '../../src/translate/resource.js'
import type { Log } from '../../src/wire/log.js'
import {
  attribute,
  decodedLogs,
  decodedSpans,
  exceptionEvent,
  logsOf,
  SPAN_ID,
  sdkRecord,
  serialize,
  spansOf,
  TRACE_ID,
} from './support.js'

function translated(record: LogRecordLike): Log {
  return translateLogRecord(record, translateResource(record.resource.attributes))
}

async function through(encoding: 'protobuf' | 'json', record: LogRecordLike): Promise<Log> {
  const [decoded] = await decodedLogs(serialize(encoding, [record]), encoding)
  return translated(decoded as LogRecordLike)
}

/**
 * Values that an SDK can put into OTLP unchanged. Numbers beyond 2^53 are rounded before, and JSON then has other
 * digits than protobuf; numbers that are not finite become null in JSON.
 */
function records(encoding: 'protobuf' | 'json') {
  const isJson = encoding === 'json'
  const number = fc
    .double({ noNaN: isJson, noDefaultInfinity: isJson })
    .filter((drawn) => !Number.isInteger(drawn) || Number.isSafeInteger(drawn))
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.string({ unit: 'grapheme' }),
      fc.boolean(),
      fc.maxSafeInteger(),
      number,
      fc.uint8Array({ maxLength: 40 }),
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(fc.string(), tie('value'), { maxKeys: 4, noNullPrototype: true }),
    ),
  }))
  const names = ['user.id', 'lognitor.tags', 'exception.type', 'exception.stacktrace', '__proto__']
  const name = fc.oneof(fc.string(), fc.constantFrom(...names))
  return fc.record({
    attributes: fc.dictionary(name, value, { maxKeys: 6, noNullPrototype: true }),
    body: value,
    severityNumber: fc.integer({ min: 0, max: 24 }),
    eventName: fc.option(fc.string(), { nil: undefined }),
    hrTime: fc.tuple(fc.integer({ min: 0, max: 18_000_000_000 }), fc.integer({ min: 0, max: 999_999_999 })),
    spanContext: fc.option(fc.constant({ traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 1 }), {
      nil: undefined,
    }),
  })
}

describe('a record', () => {
  test.each(['protobuf', 'json'] as const)('is unchanged after %s', async (encoding) => {
    await fc.assert(
      fc.asyncProperty(records(encoding), async (fields) => {
        const original = sdkRecord(fields as Partial<LogRecordLike>)
        expect(await through(encoding, original)).toEqual(translated(original))
      }),
      { numRuns: 500 },
    )
  })

  test('keeps every 64-bit integer exact', async () => {
    const integers = [
      '9223372036854775807',
      '-9223372036854775808',
      '9007199254740993',
      '-9007199254740993',
      '-1',
      '0',
      '4294967296',
      '-4294967297',
    ]
    const attributes = integers.map((digits) => ({ key: `n${digits}`, value: { intValue: digits } }))
    const [fromJson] = await decodedLogs(Buffer.from(JSON.stringify(logsOf({ attributes }))), 'json')
    const [bare] = await decodedLogs(
      Buffer.from(JSON.stringify(logsOf({ attributes })).replace(/"(-?\d{2,})"/g, '$1')),
      'json',
    )
    const [fromProtobuf] = await decodedLogs(
      protobufRecord((writer) => {
        for (const digits of integers) {
          const [low, high] = [BigInt.asUintN(32, BigInt(digits)), BigInt.asIntN(32, BigInt(digits) >> 32n)]
          const long = { low: Number(low) | 0, high: Number(high), unsigned: false }
          writer
            .uint32(50)
            .fork()
            .uint32(10)
            .string(`n${digits}`)
            .uint32(18)
            .fork()
            .uint32(24)
            .int64(long as never)
            .ldelim()
            .ldelim()
        }
      }),
      'protobuf',
    )
    for (const decoded of [fromJson, bare, fromProtobuf]) {
      const shown = Object.values(translated(decoded as LogRecordLike).metadata ?? {}).slice(
        0,
        integers.length,
      )
      expect(shown.map(String)).toEqual(integers)
    }
  })

  test('keeps bytes as base64, and numbers that JSON cannot express', async () => {
    const attributes = [
      { key: 'bytes', value: { bytesValue: 'AAECAw==' } },
      { key: 'nan', value: { doubleValue: 'NaN' } },
      { key: 'infinity', value: { doubleValue: '-Infinity' } },
    ]
    const [decoded] = await decodedLogs(Buffer.from(JSON.stringify(logsOf({ attributes }))), 'json')
    expect(translated(decoded as LogRecordLike).metadata).toMatchObject({
      bytes: 'AAECAw==',
      nan: 'NaN',
      infinity: '-Infinity',
    })
  })

  test('may name its enums and write its ids in capitals', async () => {
    const [decoded] = await decodedLogs(
      Buffer.from(
        JSON.stringify(
          logsOf({
            severityNumber: 'SEVERITY_NUMBER_ERROR2',
            traceId: TRACE_ID.toUpperCase(),
            spanId: SPAN_ID.toUpperCase(),
          }),
        ),
      ),
      'json',
    )
    expect(translated(decoded as LogRecordLike)).toMatchObject({
      level: 'error',
      trace: { trace_id: TRACE_ID, span_id: SPAN_ID },
    })
  })

  test('may hold what later versions of OTLP add', async () => {
    const [later] = await decodedLogs(
      protobufRecord((writer) =>
        writer
          .uint32((99 << 3) | 2)
          .string('new')
          .uint32((98 << 3) | 0)
          .uint32(7),
      ),
      'protobuf',
    )
    expect(later).toMatchObject({ attributes: {} })
    const [json] = await decodedLogs(
      Buffer.from(JSON.stringify(logsOf({ body: { stringValue: 'a', newValue: 1 }, new: { thing: [] } }))),
      'json',
    )
    expect(json).toMatchObject({ body: 'a' })
  })

  test('with too many attributes says how many there were', async () => {
    const attributes = Object.fromEntries(Array.from({ length: 1500 }, (_, index) => [`a${index}`, index]))
    for (const encoding of ['protobuf', 'json'] as const) {
      expect((await through(encoding, sdkRecord({ attributes }))).metadata).toMatchObject({
        'otel.dropped_attributes_count': 500,
      })
    }
  })

  test('is decoded again on each walk', async () => {
    const body = serialize(
      'protobuf',
      Array.from({ length: 20 }, (_, index) => sdkRecord({ body: `${index}` })),
    )
    const records = await decodeLogs(body, 'protobuf')
    const walk = () =>
      [...records].flatMap((record) => (record !== TURN && 'body' in record ? [Number(record.body)] : []))
    expect(walk()).toEqual(Array.from({ length: 20 }, (_, index) => index))
    expect(walk()).toHaveLength(20)
  })
})

test('resources and scopes may come before or after their items', async () => {
  const writer = protobuf.Writer.create()
  writer.uint32(10).fork()
  writer
    .uint32(18)
    .fork()
    .uint32(18)
    .fork()
    .uint32(16)
    .int32(9)
    .ldelim()
    .uint32(10)
    .fork()
    .uint32(10)
    .string('late scope')
    .ldelim()
    .ldelim()
  writer
    .uint32(10)
    .fork()
    .uint32(10)
    .fork()
    .uint32(10)
    .string('service.name')
    .uint32(18)
    .fork()
    .uint32(10)
    .string('late')
    .ldelim()
    .ldelim()
    .ldelim()
  writer.ldelim()
  const [decoded] = await decodedLogs(Buffer.from(writer.finish()), 'protobuf')
  expect(decoded).toMatchObject({
    resource: { attributes: { 'service.name': 'late' } },
    instrumentationScope: { name: 'late scope' },
  })
})

test('spans are the same from both encodings', async () => {
  const json = spansOf(
    {
      kind: 2,
      parentSpanId: SPAN_ID,
      status: { code: 2, message: 'no' },
      attributes: [attribute('http.request.method', 'GET'), attribute('big', 2 ** 40)],
      events: [exceptionEvent('E', 'm'), { name: 'other' }],
      droppedLinksCount: 2,
    },
    { name: 'second' },
  )
  const fromJson = await decodedSpans(Buffer.from(JSON.stringify(json)), 'json')
  const fromProtobuf = await decodedSpans(protobufSpans(json), 'protobuf')
  const plain = (spans: typeof fromJson) =>
    spans.map(({ weight: _, again: __, ...span }) => ({
      ...span,
      spanContext: span.spanContext(),
      eachEvent: [...span.eachEvent()],
    }))
  expect(plain(fromProtobuf)).toEqual(plain(fromJson))
  expect(fromJson[0]).toMatchObject({
    kind: 1,
    ended: true,
    duration: [0, 250_000_000],
    eventCount: 2,
  })
  expect([...(fromJson[0] as OtlpSpan).eachEvent()]).toMatchObject([{ name: 'exception' }, { name: 'other' }])
  expect(plain(fromJson.map((span) => span.again()))).toEqual(plain(fromJson))
})

function protobufRecord(write: (writer: protobuf.Writer) => void): Buffer {
  const writer = protobuf.Writer.create().uint32(10).fork().uint32(18).fork().uint32(18).fork()
  write(writer)
  return Buffer.from(writer.ldelim().ldelim().ldelim().finish())
}

type Json = Record<string, unknown>

/** Some fields of {@link spansOf}, written by hand. */
function protobufSpans(json: Json): Buffer {
  const writer = protobuf.Writer.create()
  const each = (list: unknown, tag: number, write: (item: Json) => void) => {
    for (const item of (list ?? []) as Json[]) {
      writer.uint32(tag).fork()
      write(item)
      writer.ldelim()
    }
  }
  const pair = ({ key, value: held }: Json) => {
    writer
      .uint32(10)
      .string(key as string)
      .uint32(18)
      .fork()
    const { stringValue, intValue } = held as Json
    if (stringValue !== undefined) writer.uint32(10).string(stringValue as string)
    else writer.uint32(24).int64(Number(intValue))
    writer.ldelim()
  }
  const hex = (tag: number, digits: unknown) =>
    writer.uint32(tag).bytes(Buffer.from(String(digits ?? ''), 'hex'))
  const time = (tag: number, digits: unknown) => {
    const nanos = BigInt(String(digits))
    writer
      .uint32(tag)
      .fixed32(Number(nanos & 0xffff_ffffn))
      .fixed32(Number(nanos >> 32n))
  }
  each(json.resourceSpans, 10, ({ resource, scopeSpans }) => {
    each([resource], 10, ({ attributes }) => each(attributes, 10, pair))
    each(scopeSpans, 18, ({ scope, spans }) => {
      each([scope], 10, ({ name }) => writer.uint32(10).string(name as string))
      each(spans, 18, (span) => {
        hex(10, span.traceId)
        hex(18, span.spanId)
        hex(34, span.parentSpanId)
        writer
          .uint32(42)
          .string(span.name as string)
          .uint32(48)
          .int32(span.kind as number)
        time(57, span.startTimeUnixNano)
        time(65, span.endTimeUnixNano)
        each(span.attributes, 74, pair)
        each(span.events, 90, (event) => {
          if (event.timeUnixNano) time(9, event.timeUnixNano)
          writer.uint32(18).string(event.name as string)
          each(event.attributes, 26, pair)
        })
        if (span.droppedLinksCount) writer.uint32(112).uint32(span.droppedLinksCount as number)
        each(span.status ? [span.status] : [], 122, ({ code, message }) =>
          writer
            .uint32(18)
            .string(message as string)
            .uint32(24)
            .int32(code as number),
        )
      })
    })
  })
  return Buffer.from(writer.finish())
}
