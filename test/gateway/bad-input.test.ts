import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import protobuf from 'protobufjs/minimal.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildCli } from '../cli/support.js'
import type { Program } from '../support/program.js'
import { startProgram } from './program.js'
import { logsOf, numbered, openGateway, sdkRecord, send, serialize, spansOf } from './support.js'

const PATHS = ['/v1/logs', '/v1/traces'] as const
const { resource } = sdkRecord()

const GOOD = serialize(
  'protobuf',
  numbered(20).map((body) => sdkRecord({ body, resource, attributes: { a: [1, { b: 'c' }], d: 2 ** 40 } })),
)

let program: Program

beforeAll(async () => {
  program = await buildCli()
})

afterAll(() => program.remove())

/** Nested lists, in protobuf. */
function nested(depth: number): Buffer {
  let value: Buffer = wrapped(Buffer.from('deep'), 10)
  for (let level = 0; level < depth; level++) value = wrapped(wrapped(value, 10), 42)
  return wrapped(wrapped(wrapped(wrapped(value, 42), 18), 18), 10)
}

/** A message with this single field. */
function wrapped(content: Buffer, tag: number): Buffer {
  return Buffer.concat([protobuf.Writer.create().uint32(tag).uint32(content.length).finish(), content])
}

function nestedJson(depth: number): string {
  const open = '{"arrayValue":{"values":['.repeat(depth)
  return `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":${open}{}${']}}'.repeat(depth)}}]}]}]}`
}

/** The gateway's resident memory as it reports it, in MiB. */
async function memory(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(/resident_memory_bytes (\d+)/.exec(text)?.[1]) / 2 ** 20
}

const LARGE = serialize(
  'protobuf',
  numbered(2000).map((body) =>
    sdkRecord({ body, resource, attributes: { order: body, items: 3, total: 12.5 } }),
  ),
)

/** Sends good exports until the process has its working size. */
async function warmUp(url: string): Promise<void> {
  for (let n = 0; n < 200; n++) {
    await send({ url }, '/v1/logs', n % 25 === 0 ? LARGE : GOOD, { gzip: n % 2 === 0 })
  }
}

/** Sends all bodies, some at a time. Gives the number of answers by status. */
async function sendAll(
  url: string,
  bodies: readonly (Uint8Array | string)[],
): Promise<Record<number, number>> {
  const statuses: Record<number, number> = {}
  let next = 0
  const worker = async () => {
    while (next < bodies.length) {
      const index = next++
      const { status } = await send({ url }, PATHS[index % 2] as string, bodies[index])
      statuses[status] = (statuses[status] ?? 0) + 1
    }
  }
  await Promise.all(Array.from({ length: 8 }, worker))
  return statuses
}

test('a thousand malformed bodies get an answer each and leave no memory in use', {
  timeout: 120_000,
}, async () => {
  const { url, vendor } = await startProgram(program)
  await warmUp(url)
  const bodies = fc.sample(
    fc.oneof(
      fc.uint8Array({ minLength: 64, maxLength: 400 }),
      // A good body, cut within its first record.
      fc.integer({ min: 1, max: 100 }).map((length) => GOOD.subarray(0, length)),
      // A length that points far beyond the end.
      fc.nat(1000).map((length) => Buffer.concat([Buffer.from([10, 0xff, 0x7f]), Buffer.alloc(length)])),
      fc.json().filter((text) => text !== '{}'),
      fc.string({ minLength: 1 }),
    ),
    { numRuns: 1500, seed: 4711 },
  )
  // The first bodies only warm up the process.
  expect(await sendAll(url, bodies.slice(0, 500))).toEqual({ 400: 500 })
  const before = await memory(url)
  expect(await sendAll(url, bodies.slice(500))).toEqual({ 400: 1000 })
  expect(await memory(url)).toBeLessThan(before * 1.2)
  expect(await send({ url }, '/v1/logs', logsOf('good'))).toMatchObject({ status: 200 })
  expect(vendor.messages()).toContain('good')
})

test('compression bombs are refused early and leave no memory in use', { timeout: 120_000 }, async () => {
  const { url, vendor } = await startProgram(program)
  let before = 0
  const zeros = gzipSync(Buffer.alloc(100 * 2 ** 20))
  const texts = gzipSync(`{"resourceLogs":[${'{},'.repeat(20_000_000)}{}]}`)
  // Twenty million records of two bytes each.
  const records = Buffer.alloc(40 * 2 ** 20, Buffer.from([18, 0]))
  const bomb = gzipSync(wrapped(wrapped(records, 18), 10))
  // A wrong length.
  const lie = Buffer.from(zeros)
  lie.writeUInt32LE(1000, lie.length - 4)
  const packed = { 'content-encoding': 'gzip' }
  // The first round only warms up the process.
  for (let round = 0; round < 2; round++) {
    expect(await send({ url }, '/v1/logs', zeros, { headers: packed })).toMatchObject({ status: 413 })
    expect(await send({ url }, '/v1/logs', lie, { headers: packed })).toMatchObject({ status: 413 })
    expect(await send({ url }, '/v1/logs', bomb, { headers: packed })).toMatchObject({ status: 413 })
    const headers = { ...packed, 'content-type': 'application/json' }
    expect(await send({ url }, '/v1/logs', texts, { headers })).toMatchObject({ status: 413 })
    if (round > 0) continue
    await warmUp(url)
    before = await memory(url)
  }
  await warmUp(url)
  expect(await memory(url)).toBeLessThan(before * 1.2)
  expect(await send({ url }, '/v1/logs', logsOf('good'))).toMatchObject({ status: 200 })
  expect(vendor.messages()).toContain('good')
})

test.each([200, 5000])('values nested %d deep are refused', async (depth) => {
  const { gateway, vendor } = await openGateway()
  expect(await send(gateway, '/v1/logs', nested(depth))).toMatchObject({ status: 400 })
  expect(await send(gateway, '/v1/logs', nestedJson(depth))).toMatchObject({ status: 400 })
  expect(await send(gateway, '/v1/logs', '['.repeat(depth))).toMatchObject({ status: 400 })
  expect(await send(gateway, '/v1/logs', nested(30))).toMatchObject({ status: 200 })
  expect(await send(gateway, '/v1/logs', nestedJson(30))).toMatchObject({ status: 200 })
  expect(vendor.messages()).toHaveLength(2)
})

test('a body that is cut anywhere is accepted as a whole or not at all', async () => {
  const { gateway, vendor } = await openGateway()
  for (let length = 1; length < GOOD.length; length += 7) {
    expect(await send(gateway, '/v1/logs', GOOD.subarray(0, length))).toMatchObject({ status: 400 })
  }
  expect(vendor.seen).toHaveLength(0)
})

test('a change of any single byte gets a valid answer', async () => {
  const { gateway } = await openGateway()
  await fc.assert(
    fc.asyncProperty(fc.nat(GOOD.length - 1), fc.nat(255), async (at, byte) => {
      const body = Buffer.from(GOOD)
      body[at] = byte
      expect([200, 400]).toContain((await send(gateway, '/v1/logs', body)).status)
    }),
    { numRuns: 300 },
  )
})

test('logs are refused at the address for traces, and the reverse', async () => {
  const { gateway } = await openGateway()
  expect(await send(gateway, '/v1/traces', GOOD)).toMatchObject({ status: 400 })
  expect(await send(gateway, '/v1/logs', spansOf({}))).toMatchObject({ status: 400 })
})

test('bytes that are not HTTP are refused', async () => {
  const { gateway } = await openGateway()
  const answer = await new Promise<string>((resolve) => {
    const socket = connect(gateway.port, '127.0.0.1')
    let text = ''
    socket.on('data', (piece) => {
      text += piece
    })
    socket.on('close', () => resolve(text))
    socket.write('\u0016\u0003\u0001hello\r\n\r\n')
  })
  expect(answer).toMatch(/^HTTP\/1\.1 400 /)
  expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200)
})
