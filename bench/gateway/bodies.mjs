// Export requests that cost a receiver the most: the largest ones, and short ones of which much is made.
import {
  attribute,
  field,
  jsonLog,
  jsonLogs,
  jsonSpans,
  jsonText,
  keyValue,
  protobufLogs,
  repeated,
} from './otlp.mjs'

const KIB = 1024
const NOTHING = Buffer.alloc(0)
const exceptions = (count) => Array(count).fill({ name: 'exception' })
const texts = (count, keyOf, value) => repeated(count, (k) => attribute(keyOf(k), field(1, value)))

/** By name: a function that gives `{ path, type, body }`. */
export const BODIES = {
  'JSON, 64 MiB: records with 50 keys, all distinct': () =>
    jsonLogs((n) => ({ attributes: Array.from({ length: 50 }, (_, k) => jsonText(`key.${n}.${k}`, 'v')) })),
  'JSON, 64 MiB: one record with distinct keys': () =>
    jsonLog(['"attributes":', ''], (n) => jsonText(`key.${n}`, 'v')),
  'JSON, 64 MiB: one record with a list of texts': () =>
    jsonLog(['"body":{"arrayValue":{"values":', '}}'], (n) => ({ stringValue: `${n}` })),
  'protobuf, 64 MiB: records with twelve attributes': () =>
    protobufLogs((n) => texts(12, (k) => `attribute.${k}`, `value ${n}`)),
  'protobuf, 64 MiB: records with 50 keys, all distinct': () =>
    protobufLogs((n) => texts(50, (k) => `key.${n}.${k}`, 'v')),
  'protobuf, 64 MiB: 4000 records with 1000 attributes': () =>
    protobufLogs((n) => texts(1000, (k) => `k${n}.${k}`, 'v'), 4000),
  'protobuf: 250 000 records without anything': () => protobufLogs(() => NOTHING, 250_000),
  'protobuf: one attribute, 450 000 times in a record': () =>
    protobufLogs(() => texts(225_000, () => 'a', 'x'), 1),
  'protobuf, 56 MB: byte arrays in one record': () => {
    const value = field(1, field(7, Buffer.alloc(4000)))
    return protobufLogs(
      () =>
        attribute(
          'a',
          field(
            5,
            repeated(14_000, () => value),
          ),
        ),
      1,
    )
  },
  'protobuf: maps of maps, 60 deep': () => {
    let map = field(1, 'x')
    for (let depth = 0; depth < 60; depth++) map = field(6, field(1, keyValue('m', map)))
    return protobufLogs(() => attribute('a', map), 100_000)
  },
  'protobuf: a scope of 100 KB for 250 000 records': () =>
    protobufLogs(() => NOTHING, 250_000, field(1, field(1, 'x'.repeat(100 * KIB)))),
  'JSON: 10 000 exceptions in a span of 200 KB': () =>
    jsonSpans(() => ({ attributes: [jsonText('a', 'x'.repeat(200 * KIB))], events: exceptions(10_000) }), 1),
  'JSON, 64 MiB: spans with 100 exceptions and 100 links': () =>
    jsonSpans((n) => ({ events: exceptions(100), links: Array(100).fill({ spanId: `${n}` }) })),
  'JSON: 240 records of control characters': () =>
    jsonLogs(() => ({ body: { stringValue: '\u0001'.repeat(40 * KIB) } }), 240),
  'protobuf: 240 records of 250 KB, control characters': () =>
    protobufLogs(() => attribute('a', field(1, '\u0001'.repeat(250 * KIB))), 240),
  'protobuf: 240 records of 250 KB, lists of bytes': () =>
    protobufLogs(() => attribute('a', field(1, `Buffer ${'[98,111,98,64,98,46,99,99] '.repeat(9000)}`)), 240),
}
