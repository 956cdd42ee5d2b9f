import fc from 'fast-check'
import { expect, test } from 'vitest'
import { scanJson } from '../../src/gateway/decode/json-scan.js'
import { codePoint } from '../support/code-point.js'
import { decodedLogs, logsOf, sdkRecord, serialize } from './support.js'

function parses(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

async function scans(text: string): Promise<boolean> {
  return scanJson(Buffer.from(text)).then(
    () => true,
    () => false,
  )
}

/** JSON with one character added, removed or changed. */
const nearlyJson = fc
  .tuple(
    fc.json({ stringUnit: codePoint }),
    fc.nat(),
    fc.constantFrom(
      '',
      '{',
      '}',
      '[',
      ']',
      '"',
      '\\',
      ',',
      ':',
      '-',
      '0',
      'e',
      '.',
      'u',
      't',
      ' ',
      '\n',
      '\u0001',
    ),
    fc.nat(1),
  )
  .map(([json, at, piece, cut]) => {
    const place = at % (json.length + 1)
    return json.slice(0, place) + piece + json.slice(place + cut)
  })

test('the gateway accepts the same JSON as JSON.parse', async () => {
  await fc.assert(
    fc.asyncProperty(nearlyJson, async (text) => {
      expect(await scans(text)).toBe(parses(text))
    }),
    { numRuns: 3000 },
  )
  for (const text of [
    '',
    ' ',
    'nul',
    '01',
    '-',
    '1.',
    '.5',
    '1e',
    '+1',
    '[1,]',
    '{"a":1,}',
    '"\\x"',
    '"\\u12g4"',
  ]) {
    expect(await scans(text)).toBe(false)
  }
})

test('a large record in JSON is read as the same record in protobuf', async () => {
  const long = 'ä€😀"\\\n'.repeat(20_000)
  const record = sdkRecord({
    body: { list: Array.from({ length: 1500 }, (_, n) => [n, `item ${n}`, { deep: n % 2 === 0 }]), long },
    attributes: { long, bytes: Buffer.alloc(100_000, 7), n: Number.MAX_SAFE_INTEGER, none: '' },
  })
  const [json] = await decodedLogs(serialize('json', [record]), 'json')
  const [protobuf] = await decodedLogs(serialize('protobuf', [record]), 'protobuf')
  expect({ ...json, weight: 0 }).toEqual({ ...protobuf, weight: 0 })
})

test('white space and the order of fields change nothing', async () => {
  const request = logsOf('a', { body: { stringValue: 'x'.repeat(100_000) }, timeUnixNano: '5' })
  const turned = JSON.stringify(reversed(request), undefined, '\t \n')
  const plain = await decodedLogs(Buffer.from(JSON.stringify(request)), 'json')
  const other = await decodedLogs(Buffer.from(turned), 'json')
  expect(other.map((record) => ({ ...record, weight: 0 }))).toEqual(
    plain.map((record) => ({ ...record, weight: 0 })),
  )
})

/** The same objects with their fields in reverse order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, field]) => [name, reversed(field)]),
  )
}

test('fields of a record without a meaning are skipped at once, however many there are', async () => {
  const unknown = Object.fromEntries(Array.from({ length: 5000 }, (_, n) => [`x${n}`, 'y'.repeat(2000)]))
  const body = Buffer.from(JSON.stringify(logsOf({ ...unknown, body: { stringValue: 'read' } })))
  const known = await scanJson(body)
  for (let at = body.indexOf('"yy'); at >= 0; at = body.indexOf('"yy', at + 2000)) {
    expect(known.get(at)?.end).toBe(at + 2002)
  }
  expect((await decodedLogs(body, 'json')).map(({ body }) => body)).toEqual(['read'])
})

test('values that are nested in each other are not remembered one by one', async () => {
  const value = `${'['.repeat(400)}"${'y'.repeat(2000)}"${']'.repeat(400)}`
  const body = Buffer.from(`{"resourceLogs":[${Array(100).fill(value).join(',')}]}`)
  expect((await scanJson(body)).size).toBeLessThan(1000)
})
