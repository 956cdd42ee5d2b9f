import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import protobuf from 'protobufjs/minimal.js'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { decodeLogs } from '../../src/gateway/decode/decode.js'
import { TURN } from '../../src/gateway/decode/shapes.js'
import type { Log } from '../../src/wire/log.js'
import { buildCli } from '../cli/support.js'
import type { Program } from '../support/program.js'
import type { Vendor } from '../support/vendor.js'
import { startProgram } from './program.js'
import {
  attribute,
  exceptionEvent,
  logsOf,
  numbered,
  openGateway,
  sdkRecord,
  send,
  serialize,
  serializeSpans,
  spansOf,
} from './support.js'

const MIB = 1024 * 1024

function logsIn({ batches }: Vendor): Log[] {
  return batches.flatMap(({ json }) => json.logs as Log[])
}

/** A span with this many exceptions, in JSON and in protobuf. */
function eventful(count: number): { json: unknown; protobuf: Buffer } {
  const event = { name: 'exception', time: [1_790_000_000, 0] }
  const { resource, instrumentationScope } = sdkRecord()
  const context = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 }
  const span = {
    name: 's',
    kind: 0,
    spanContext: () => context,
    startTime: [1_790_000_000, 0],
    endTime: [1_790_000_001, 0],
    status: { code: 0 },
    attributes: {},
    links: [],
    events: Array.from({ length: count }, (_, n) => ({
      ...event,
      attributes: { 'exception.message': `m${n}` },
    })),
    resource,
    instrumentationScope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  }
  return {
    json: serializeSpans('json', [span]).toString(),
    protobuf: serializeSpans('protobuf', [span]),
  }
}

describe('of one span 10 000 events are read, and the rest is counted', () => {
  test.each(['json', 'protobuf'] as const)('in %s', async (encoding) => {
    const { gateway, vendor } = await openGateway()
    expect(await send(gateway, '/v1/traces', eventful(10_050)[encoding])).toMatchObject({ status: 200 })
    const logs = logsIn(vendor)
    expect(logs).toHaveLength(10_000)
    expect(logs[0]?.metadata).toMatchObject({ 'otel.dropped_events_count': 50 })
    expect(new Set(logs.map(({ message }) => message)).size).toBe(10_000)
  })
})

describe('requests to Lognitor are at most 1 MiB', () => {
  test('when records are of very different sizes', async () => {
    const { gateway, vendor } = await openGateway()
    const large = numbered(40).map((line) => `${line} ${'x'.repeat(250_000)}`)
    const small = numbered(4000)
    expect(await send(gateway, '/v1/logs', logsOf(...large, ...small))).toMatchObject({ status: 200 })
    expect(vendor.messages()).toHaveLength(4040)
    expect(Math.max(...vendor.batches.map(({ raw }) => raw.length))).toBeLessThanOrEqual(MIB)
  })

  test('when a short body makes long logs and long request entries', async () => {
    const { gateway, vendor } = await openGateway()
    const scope = { name: 's'.repeat(100_000) }
    const { resourceLogs } = logsOf(...numbered(40)) as { resourceLogs: { scopeLogs: unknown[] }[] }
    Object.assign(resourceLogs[0]?.scopeLogs[0] as object, { scope })
    expect(await send(gateway, '/v1/logs', { resourceLogs })).toMatchObject({ status: 200 })
    const server = {
      kind: 2,
      attributes: [attribute('http.request.method', 'GET'), attribute('url.path', `/${'p'.repeat(100_000)}`)],
    }
    expect(await send(gateway, '/v1/traces', spansOf(...Array(30).fill(server)))).toMatchObject({
      status: 200,
    })
    expect(vendor.messages()).toHaveLength(40)
    expect(Math.max(...vendor.seen.map(({ raw }) => raw.length))).toBeLessThanOrEqual(MIB)
  })

  test('and are the same when the export is repeated, but have other ids when policy lets other logs through', async () => {
    const { gateway, vendor } = await openGateway()
    const events = numbered(60).map((line) => exceptionEvent('E', line))
    const body = spansOf({ events, attributes: [attribute('a', 'x'.repeat(60_000))] })
    const posts = () => vendor.batches.map(({ text }) => text).sort()
    await send(gateway, '/v1/traces', body)
    const first = posts()
    expect(first.length).toBeGreaterThan(3)
    await send(gateway, '/v1/traces', body)
    expect(posts()).toEqual([...first, ...first].sort())
    const known = new Map(vendor.batches.map(({ json }) => [json.batch_id, json.logs.map(messageOf)]))
    vendor.answer({ headers: { 'x-lognitor-sample-rates': '{"error":0.5}' } })
    await send(gateway, '/v1/logs', logsOf('tell me the rates'))
    const before = vendor.batches.length
    await send(gateway, '/v1/traces', body)
    const sampled = vendor.batches.slice(before)
    expect(sampled.length).toBeGreaterThan(0)
    for (const { json } of sampled) {
      const messages = json.logs.map(messageOf)
      // Only a log that was in the accepted batch may be missing: the repeat reuses that batch's id.
      const same = known.get(json.batch_id)
      if (same !== undefined) expect(same).toEqual(expect.arrayContaining(messages))
    }
  })
})

describe('a short body of which gigabytes would be made is refused before anything is sent', () => {
  const long = 'x'.repeat(100_000)
  const exceptions = Array(2000).fill({ name: 'exception' })
  const request = [attribute('http.request.method', 'GET'), attribute('url.path', `/${long}`)]
  const BODIES: Readonly<Record<string, () => unknown>> = {
    'a scope of many records': () => placed({ scope: { name: long }, logRecords: Array(2000).fill({}) }),
    'a resource of many records': () =>
      placed({ logRecords: Array(2000).fill({}) }, [attribute('k8s.pod.name', long)]),
    'a span of many exceptions': () => spansOf({ events: exceptions, attributes: [attribute('a', long)] }),
    'a server span of exceptions in other spans': () =>
      spansOf({ kind: 2, attributes: request }, { parentSpanId: '0000000000000001', events: exceptions }),
    'a resource of many request entries': () => {
      const body = spansOf(...Array(2000).fill({ kind: 2, attributes: request.slice(0, 1) }))
      const [group] = body.resourceSpans as { resource: unknown }[]
      Object.assign(group as object, { resource: { attributes: [attribute('service.name', long)] } })
      return body
    },
  }

  test.each(Object.entries(BODIES))('%s', async (_name, make) => {
    const { gateway, vendor } = await openGateway()
    const body = make()
    const path = 'resourceLogs' in (body as object) ? '/v1/logs' : '/v1/traces'
    const answer = await send(gateway, path, body)
    expect(answer).toMatchObject({ status: 413 })
    expect(answer.json.message).toContain('repeat')
    expect(vendor.seen).toHaveLength(0)
  })

  test('but records that repeat as much as the body is long are delivered', async () => {
    const { gateway, vendor } = await openGateway()
    const resource = [attribute('k8s.pod.name', 'p'.repeat(1000))]
    const logRecords = Array(5000).fill({ body: { stringValue: 'b'.repeat(1000) } })
    expect(await send(gateway, '/v1/logs', placed({ logRecords }, resource))).toMatchObject({ status: 200 })
    expect(vendor.messages()).toHaveLength(5000)
  })
})

/** An export request with one group of records. */
function placed(scopeLogs: object, attributes: unknown[] = []): Record<string, unknown> {
  return { resourceLogs: [{ resource: { attributes }, scopeLogs: [scopeLogs] }] }
}

function messageOf({ message }: Log): string {
  return message
}

/** The most resident memory that the gateway tells of while the body is served, in MiB. */
async function memoryDuring(url: string, serve: () => Promise<unknown>): Promise<number> {
  let isServed = false
  let most = 0
  const served = serve().finally(() => {
    isServed = true
  })
  while (!isServed) {
    const figures = await (await fetch(`${url}/metrics`)).text()
    most = Math.max(most, Number(/resident_memory_bytes (\d+)/.exec(figures)?.[1]) / MIB)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  await served
  return most
}

describe('what is made of a body', () => {
  let program: Program

  beforeAll(async () => {
    program = await buildCli()
  })

  afterAll(() => program.remove())

  /** Parsed or translated as a whole they would take many times their length. */
  const BODIES: Readonly<Record<string, () => string | Buffer>> = {
    'a span whose attributes go into each of its exceptions': () =>
      JSON.stringify(
        spansOf({
          // Without a trace each of them is an error of its own.
          traceId: '',
          events: Array(6000).fill({ name: 'exception' }),
          attributes: [attribute('a', 'x'.repeat(100_000))],
        }),
      ),
    'a record of a million keys': () =>
      recordOf('kvlistValue', [...Array(1_000_000).keys()].map((n) => pair(`k${n}`, n)).join()),
    'a list of millions of empty values': () => recordOf('arrayValue', `${'{},'.repeat(6_999_999)}{}`),
    'many byte arrays in one record': () =>
      logRecord(wrapped(42, wrapped(42, repeated(14_000, wrapped(10, wrapped(58, Buffer.alloc(4000))))))),
    'an id of many bytes': () => logRecord(wrapped(74, Buffer.alloc(60_000_000, 65))),
  }

  test.each(Object.entries(BODIES))(
    'takes a bounded memory: %s',
    { timeout: 60_000 },
    async (_name, make) => {
      const { url } = await startProgram(program, ['--auto-truncate'])
      const path = _name.startsWith('a span') ? '/v1/traces' : '/v1/logs'
      const made = make()
      const isProtobuf = Buffer.isBuffer(made)
      const body = gzipSync(made, { level: 1 })
      const headers = {
        'content-type': `application/${isProtobuf ? 'x-protobuf' : 'json'}`,
        'content-encoding': 'gzip',
      }
      let status = 0
      const most = await memoryDuring(url, async () => {
        ;({ status } = await send({ url }, path, body, { headers }))
      })
      expect([200, 413, 503]).toContain(status)
      expect(most).toBeLessThan(350)
    },
  )
})

/** An export of one log whose body holds these values, without the objects that JSON.stringify would need. */
function recordOf(kind: 'kvlistValue' | 'arrayValue', values: string): string {
  const mark = 'the values'
  return JSON.stringify(logsOf({ body: { [kind]: { values: mark } } })).replace(
    `"${mark}"`,
    () => `[${values}]`,
  )
}

function pair(key: string, value: number): string {
  return `{"key":"${key}","value":{"intValue":"${value}"}}`
}

/** A field of protobuf with that tag. */
function wrapped(tag: number, content: Buffer): Buffer {
  return Buffer.concat([protobuf.Writer.create().uint32(tag).uint32(content.length).finish(), content])
}

function repeated(count: number, bytes: Buffer): Buffer {
  return Buffer.concat(Array<Buffer>(count).fill(bytes))
}

/** An export request with one log record. */
function logRecord(fields: Buffer): Buffer {
  return wrapped(10, wrapped(18, wrapped(18, fields)))
}

describe('other requests are answered while a body is read in which there are no records', () => {
  const GROUPS = 200_000
  const BODIES: Readonly<Record<string, () => string | Buffer>> = {
    'groups without records, in JSON': () => `{"resourceLogs":[${'{},'.repeat(GROUPS)}{}]}`,
    'groups without records, in protobuf': () => repeated(GROUPS, wrapped(10, Buffer.alloc(0))),
    'nulls in place of records': () =>
      `{"resourceLogs":[{"scopeLogs":[{"logRecords":[${'null,'.repeat(GROUPS)}null]}]}]}`,
  }

  test.each(Object.entries(BODIES))('%s', async (_name, make) => {
    const body = make()
    let turns = 0
    for (const item of await decodeLogs(Buffer.from(body), Buffer.isBuffer(body) ? 'protobuf' : 'json')) {
      if (item === TURN) turns++
    }
    expect(turns).toBeGreaterThanOrEqual(GROUPS)
  })
})

test('nulls in place of records count as records', async () => {
  const { gateway } = await openGateway()
  const nulls = `[${'null,'.repeat(300_000)}null]`
  for (const body of [
    `{"resourceLogs":${nulls}}`,
    `{"resourceLogs":[{"scopeLogs":[{"logRecords":${nulls}}]}]}`,
  ]) {
    expect(await send(gateway, '/v1/logs', body)).toMatchObject({ status: 413 })
  }
})

test('a body in pieces of one byte takes no more memory than one in large pieces', {
  timeout: 60_000,
}, async () => {
  const program = await buildCli()
  onTestFinished(() => program.remove())
  const { url } = await startProgram(program)
  const most = await memoryDuring(url, () => sendInPieces(url, 1_500_000))
  expect(most).toBeLessThan(200)
})

/** Sends an export of one log as a chunked body, so many of whose chunks are one byte of white space. */
async function sendInPieces(url: string, count: number): Promise<void> {
  const { hostname, port, host } = new URL(url)
  const socket = connect(Number(port), hostname)
  const head = `POST /v1/logs HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\n`
  socket.write(`${head}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n`)
  const pieces = Buffer.from('1\r\n \r\n'.repeat(10_000))
  for (let sent = 0; sent < count; sent += 10_000) {
    if (!socket.write(pieces)) await once(socket, 'drain')
  }
  const body = JSON.stringify(logsOf('the end'))
  socket.write(`${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`)
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 /)
}

test('what a record has too much of is named', async () => {
  const { gateway, vendor } = await openGateway()
  const values = Array.from({ length: 40_000 }, (_, n) => ({ intValue: String(n % 10) }))
  const record = { body: { arrayValue: { values } } }
  expect(await send(gateway, '/v1/logs', logsOf(record))).toMatchObject({ status: 200 })
  const list = Array.from({ length: 40_000 }, (_, n) => n % 10)
  expect(await send(gateway, '/v1/logs', serialize('protobuf', [sdkRecord({ body: list })]))).toMatchObject({
    status: 200,
  })
  for (const { metadata } of logsIn(vendor)) {
    const items = metadata?.body as unknown[]
    expect(items.slice(0, 3)).toEqual([0, 1, 2])
    expect(items.at(-1)).toBe(`[${40_000 - (items.length - 1)} more]`)
  }
})
