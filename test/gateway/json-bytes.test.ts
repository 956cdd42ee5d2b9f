import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import protobuf from 'protobufjs/minimal.js'
import { expect, test } from 'vitest'
import { OtlpReader } from '../../src/gateway/decode/otlp-reader.js'
import { readAnyValue } from '../../src/gateway/decode/proto-values.js'
import { JsonBytes, ROOM_OF_LOG } from '../../src/gateway/template/json-bytes.js'
import { toPlain } from '../../src/translate/plain.js'
import { hrTimeToIso } from '../../src/translate/time.js'

const page = Buffer.alloc(ROOM_OF_LOG)
const out = new JsonBytes()

/** What is written; undefined where another way has to be taken. */
function written(write: () => boolean): string | undefined {
  out.begin(page, 0)
  return write() ? page.toString('utf8', 0, out.end) : undefined
}

/** Compares what is written of an AnyValue with the JSON of the decoded one. */
function expectSame(value: Uint8Array): void {
  const message = protobuf.Writer.create().bytes(value).finish()
  const decoded = readAnyValue(new OtlpReader(Buffer.from(message)))
  const reader = new OtlpReader(Buffer.from(value))
  expect(written(() => out.value(reader, value.length))).toBe(JSON.stringify(toPlain(decoded)))
}

const double = (value: number) => protobuf.Writer.create().uint32(33).double(value).finish()
const integer = (value: bigint) => {
  const bytes = [24]
  let rest = BigInt.asUintN(64, value)
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128)
  return Uint8Array.from([...bytes, Number(rest)])
}

test('any double is written as JSON.stringify writes it', () => {
  const decimal = fc.tuple(fc.integer({ min: -1e12, max: 1e12 }), fc.nat(7)).map(([n, p]) => n / 10 ** p)
  const near = decimal.chain((n) => fc.constantFrom(n, n + Number.EPSILON * n, n - Number.EPSILON * n))
  fc.assert(
    fc.property(fc.oneof(fc.double(), decimal, near, fc.float()), (value) => expectSame(double(value))),
    { numRuns: 3000 },
  )
  for (const n of [
    0,
    -0,
    0.001,
    0.0005,
    0.1 + 0.2,
    19.9 + 0.07,
    999_999_999.999,
    1e9,
    1e21,
    5e-324,
    100,
    1.05,
  ])
    expectSame(double(n))
})

test('any integer is written as JSON.stringify writes it', () => {
  const any = fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.maxSafeInteger().map(BigInt))
  fc.assert(
    fc.property(any, (value) => expectSame(integer(value))),
    { numRuns: 1000 },
  )
  for (let power = 0n; power < 63n; power++)
    for (const value of [2n ** power - 1n, 2n ** power, 10n ** (power / 4n)]) expectSame(integer(value))
})

test('any time is written as translation writes it', () => {
  const time = fc.tuple(fc.integer({ min: 0, max: 18_446_744_073 }), fc.integer({ min: 0, max: 999_999_999 }))
  fc.assert(
    fc.property(time, (each) => {
      expect(written(() => out.time(each))).toBe(hrTimeToIso(each))
    }),
    { numRuns: 2000 },
  )
  for (const nanos of [0, 1, 999, 999_999, 1e6, 99_999_999, 1e8, 999_999_999])
    for (const second of [0, 1, 1_790_000_000])
      expect(written(() => out.time([second, nanos]))).toBe(hrTimeToIso([second, nanos]))
})

test('any text is written as JSON.stringify writes it, or not at all', () => {
  const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }))
  const bytes = fc.oneof(
    text.map((each) => Buffer.from(each)),
    fc.uint8Array({ maxLength: 8 }).map((each) => Buffer.from(each)),
  )
  fc.assert(
    fc.property(bytes, (each) => {
      const json = written(() => out.quoted(each, 0, each.length))
      expect([undefined, JSON.stringify(each.toString())]).toContain(json)
    }),
    { numRuns: 2000 },
  )
})

test('an id of zeros is not written', () => {
  expect(written(() => out.hex(Buffer.alloc(16), 0, 16))).toBeUndefined()
  expect(written(() => out.hex(Buffer.from('00ff10', 'hex'), 0, 3))).toBe('00ff10')
})
