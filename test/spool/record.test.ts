import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  doneLine,
  entryLine,
  FILE_HEAD,
  markLine,
  readLines,
  type SpoolRecord,
} from '../../src/spool/record.js'

type Plain = Record<string, unknown>

function plain(record: SpoolRecord): Plain {
  return record.kind === 'entry' ? { ...record, json: record.json.toString() } : { ...record }
}

function read(bytes: Buffer): { records: Plain[]; damages: number } {
  const records: Plain[] = []
  let damages = 0
  readLines(
    bytes,
    (record) => records.push(plain(record)),
    () => damages++,
  )
  return { records, damages }
}

const number = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })
const queue = fc.constantFrom(0, 1)
const range = { queue, first: number, count: fc.integer({ min: 1, max: 100 }) }
const record = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('entry'), queue, number, json: fc.json() }) },
  fc.record({ kind: fc.constant('mark'), ...range, id: fc.uuid() }),
  fc.record({ kind: fc.constant('done'), ...range }),
)

// biome-ignore lint/suspicious/noExplicitAny: one of three shapes, told apart by kind
function write(record: any): Buffer {
  if (record.kind === 'entry') {
    return Buffer.concat(entryLine(record.queue, record.number, Buffer.from(record.json)))
  }
  if (record.kind === 'done') return doneLine(record.queue, record.first, record.count)
  return markLine(record.queue, record.first, record.count, record.id)
}

test('reads back the records that were written', () => {
  fc.assert(
    fc.property(fc.array(record), (records) => {
      const bytes = Buffer.concat([FILE_HEAD, ...records.map(write)])
      expect(read(bytes)).toEqual({ records, damages: 0 })
    }),
  )
})

test('a file truncated anywhere loses only the queue at its end', () => {
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 10 }), fc.nat(), (records, at) => {
      const lines = records.map(write)
      const bytes = Buffer.concat(lines)
      const end = at % bytes.length
      const whole = lines.findIndex((_, n) => Buffer.concat(lines.slice(0, n + 1)).length > end)
      expect(read(bytes.subarray(0, end)).records).toEqual(records.slice(0, whole))
    }),
  )
})

test('a changed byte loses only its own queue', () => {
  fc.assert(
    fc.property(
      fc.array(record, { minLength: 1, maxLength: 10 }),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (records, at, change) => {
        const bytes = Buffer.concat(records.map(write))
        const place = at % bytes.length
        bytes[place] = (bytes[place] as number) ^ change
        const { records: left } = read(bytes)
        expect(left.length).toBeGreaterThanOrEqual(records.length - 1)
        for (const each of left) expect(records).toContainEqual(each)
      },
    ),
    { numRuns: 1000 },
  )
})

test('a queue written after a torn queue is found', () => {
  fc.assert(
    fc.property(record, record, fc.nat(), (torn, next, at) => {
      const half = write(torn)
      const { records } = read(Buffer.concat([half.subarray(0, at % half.length), write(next)]))
      expect(records).toEqual([next])
    }),
  )
})

test('any bytes are read without an error, and give no record', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
      expect(read(Buffer.from(bytes)).records).toEqual([])
    }),
  )
})
