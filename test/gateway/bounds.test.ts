import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import type { Log } from '../../src/wire/log.js'
import { closedLatch, settle, until } from '../support/until.js'
import {
  logsOf,
  numbered,
  openGateway,
  openInCpuTime,
  openWithClock,
  sdkRecord,
  send,
  serialize,
} from './support.js'

test('beyond the limit of requests callers are told to retry', async () => {
  const { gateway, vendor } = await openGateway({ maxInFlightRequests: 2 })
  const latch = closedLatch()
  vendor.answer({ after: latch.promise })
  const first = [1, 2].map((n) => send(gateway, '/v1/logs', logsOf(`${n}`)))
  await until(() => gateway.stats().inFlightRequests === 2, 'two are under way')
  const third = await send(gateway, '/v1/logs', logsOf('3'))
  expect(third).toMatchObject({ status: 503 })
  expect(third.headers.get('retry-after')).toBe('2')
  latch.open()
  expect((await Promise.all(first)).map(({ status }) => status)).toEqual([200, 200])
  expect(await send(gateway, '/v1/logs', logsOf('3'))).toMatchObject({ status: 200 })
  expect(gateway.stats()).toMatchObject({ inFlightRequests: 0, inFlightBytes: 0 })
})

test('beyond the limit of bytes callers are told to retry, but a single request always has room', async () => {
  const { gateway, vendor } = await openGateway({ maxInFlightBytes: 10_000 })
  const latch = closedLatch()
  vendor.answer({ after: latch.promise })
  const large = logsOf('x'.repeat(50_000))
  const first = send(gateway, '/v1/logs', large)
  await until(() => vendor.open === 1, 'the first is on its way')
  expect(await send(gateway, '/v1/logs', large)).toMatchObject({ status: 503 })
  expect(await send(gateway, '/v1/logs', large, { gzip: true })).toMatchObject({ status: 503 })
  latch.open()
  expect(await first).toMatchObject({ status: 200 })
  expect(await send(gateway, '/v1/logs', large, { gzip: true })).toMatchObject({ status: 200 })
  expect(gateway.stats()).toMatchObject({ inFlightRequests: 0, inFlightBytes: 0 })
})

test('an export has only a few requests to Lognitor under way at one time', async () => {
  const { gateway, vendor } = await openGateway()
  const latch = closedLatch()
  vendor.answer({ after: latch.promise })
  const answer = send(gateway, '/v1/logs', logsOf(...numbered(3000)))
  await until(() => vendor.open === 4, 'four are under way')
  await settle()
  latch.open()
  expect(await answer).toMatchObject({ status: 200 })
  expect(vendor.mostOpen).toBe(4)
  expect(vendor.batches).toHaveLength(30)
})

test('all exports together have no more requests under way than there are connections', async () => {
  const { gateway, vendor } = await openGateway({ connections: 3 })
  const exports = numbered(8).map((name) =>
    send(gateway, '/v1/logs', logsOf(...numbered(500).map((line) => `${name} ${line}`))),
  )
  expect((await Promise.all(exports)).map(({ status }) => status)).toEqual(Array(8).fill(200))
  expect(vendor.mostOpen).toBeLessThanOrEqual(3)
})

test('the caller is told to retry an export that takes too long', async () => {
  const { gateway, vendor, clock } = await openWithClock({ deliveryTimeout: 100, connections: 1 })
  vendor.answer(() => {
    clock.advance(30)
    return {}
  })
  const answer = await send(gateway, '/v1/logs', logsOf(...numbered(3000)))
  expect(answer).toMatchObject({ status: 503 })
  expect(answer.json.message).toContain('too long')
  expect(vendor.batches.length).toBeLessThan(30)
})

test('an export that waits too long for a connection is not delivered late', async () => {
  const { gateway, vendor, clock } = await openWithClock({ deliveryTimeout: 400, connections: 1 })
  const latch = closedLatch()
  vendor.answer({ after: latch.promise })
  const exports = numbered(6).map((line) => send(gateway, '/v1/logs', logsOf(line)))
  await until(() => gateway.stats().inFlightRequests === 6 && vendor.open === 1, 'one has the connection')
  clock.advance(500)
  latch.open()
  const statuses = (await Promise.all(exports)).map(({ status }) => status)
  expect(statuses.sort()).toEqual([200, 503, 503, 503, 503, 503])
  expect(vendor.batches).toHaveLength(1)
})

test('halves of a batch that was too large are not sent after the time limit either', async () => {
  const { gateway, vendor, clock } = await openWithClock({ deliveryTimeout: 400 })
  vendor.answer(() => {
    clock.advance(250)
    return { status: 413 }
  })
  expect(await send(gateway, '/v1/logs', logsOf(...numbered(64)))).toMatchObject({ status: 503 })
  expect(vendor.batches.length).toBeLessThan(4)
})

test('the rest of an export is not sent when its caller closes the connection', async () => {
  const { gateway, vendor } = await openGateway({ connections: 1 })
  const latch = closedLatch()
  vendor.answer({ after: latch.promise })
  const request = httpRequest(`${gateway.url}/v1/logs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  })
  request.on('error', () => {})
  request.end(JSON.stringify(logsOf(...numbered(3000))))
  await until(() => vendor.open === 1, 'the first post is on its way')
  request.destroy()
  await until(() => gateway.stats().inFlightBytes > 0, 'the export is under way')
  // The gateway reads from its connections in turn, and so has seen the first one's end when it answers on another.
  await fetch(`${gateway.url}/healthz`)
  latch.open()
  await until(() => gateway.stats().inFlightRequests === 0, 'the export is over')
  expect(vendor.batches.length).toBeLessThan(10)
})

test('a caller that closes the connection within its body frees its share of the limits', async () => {
  const { gateway, vendor } = await openGateway()
  const socket = connect(gateway.port, '127.0.0.1')
  socket.write(
    'POST /v1/logs HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{"resource',
  )
  await until(() => gateway.stats().inFlightBytes > 0, 'some bytes have come')
  socket.destroy()
  await until(() => gateway.stats().inFlightBytes === 0, 'the request is over')
  expect(gateway.stats().inFlightRequests).toBe(0)
  expect(vendor.seen).toHaveLength(0)
})

test('the metrics count what the gateway has done', async () => {
  const { gateway, vendor } = await openGateway({ minLevel: 'info' })
  await send(gateway, '/v1/logs', logsOf('a', 'b', { severityNumber: 5 }))
  vendor.answer({ status: 503 })
  await send(gateway, '/v1/logs', logsOf('c'))
  expect(gateway.stats()).toMatchObject({
    answers: { 'logs 200': 1, 'logs 503': 1 },
    logRecords: 4,
    accepted: 2,
    dropped: { min_level: 1 },
  })
  const text = await (await fetch(`${gateway.url}/metrics`)).text()
  expect(text).toContain('# TYPE lognitor_gateway_answers_total counter\n')
  expect(text).toContain('lognitor_gateway_answers_total{signal="logs",status="503"} 1\n')
  expect(text).toContain('lognitor_gateway_logs_total{outcome="accepted"} 2\n')
  expect(text).toContain('lognitor_gateway_dropped_total{reason="min_level"} 1\n')
})

test('logs of many large records are sent in requests of a reasonable size', async () => {
  const { gateway, vendor } = await openGateway()
  const lines = numbered(60).map((line) => `${line} ${'x'.repeat(60_000)}`)
  expect(await send(gateway, '/v1/logs', logsOf(...lines))).toMatchObject({ status: 200 })
  expect(vendor.messages()).toHaveLength(60)
  expect(Math.max(...vendor.batches.map(({ raw }) => raw.length))).toBeLessThan(1024 * 1024)
})

test('a large body is delivered as a whole, or not at all when its end is wrong', async () => {
  const { gateway, vendor } = await openGateway()
  const { resource } = sdkRecord()
  const records = numbered(90).map((line) => sdkRecord({ resource, body: `${line} ${'x'.repeat(100_000)}` }))
  const body = serialize('protobuf', records)
  expect(body.length).toBeGreaterThan(8 * 1024 * 1024)
  expect(await send(gateway, '/v1/logs', body.subarray(0, body.length - 1))).toMatchObject({ status: 400 })
  expect(vendor.seen).toHaveLength(0)
  expect(await send(gateway, '/v1/logs', body)).toMatchObject({ status: 200 })
  expect(vendor.messages()).toHaveLength(90)
})

test.each([
  ['of processor time is refused, and not asked for again', true, 413],
  ['because the machine is busy is asked for again', false, 503],
])('an export that takes the gateway too much time %s', async (_why, isOwnWork, status) => {
  let cpuMs = 0
  const beforeSend = (log: Log) => {
    opened.clock.advance(10)
    if (isOwnWork) cpuMs += 10
    return log
  }
  const opened = await openWithClock({ deliveryTimeout: 1000, beforeSend }, () => cpuMs)
  expect(await send(opened.gateway, '/v1/logs', logsOf(...numbered(300)))).toMatchObject({ status })
  expect(opened.vendor.batches.length).toBeLessThan(3)
})

test('an export that is late because of Lognitor is asked for again', async () => {
  let cpuMs = 0
  const { gateway, vendor, clock } = await openWithClock(
    { deliveryTimeout: 1000, connections: 1 },
    () => cpuMs,
  )
  vendor.answer(() => {
    clock.advance(600)
    // What other exports make the gateway do meanwhile is not counted.
    cpuMs += 600
    return {}
  })
  expect(await send(gateway, '/v1/logs', logsOf(...numbered(1000)))).toMatchObject({ status: 503 })
})

test('records of control characters, six times as long in JSON, are cut in time', {
  timeout: 60_000,
}, async () => {
  const { gateway, vendor } = await openInCpuTime({ autoTruncate: true })
  const text = '\u0001'.repeat(250_000)
  const { resource } = sdkRecord()
  const records = numbered(240).map((body) => sdkRecord({ resource, body, attributes: { text } }))
  expect(await send(gateway, '/v1/logs', serialize('protobuf', records))).toMatchObject({ status: 200 })
  expect(vendor.messages()).toHaveLength(240)
})

test('records in which redaction has the most to decode are delivered in time', {
  timeout: 60_000,
}, async () => {
  const { gateway, vendor } = await openInCpuTime({
    redactPatterns: ['email', 'creditCard', 'ssn', 'bearer'],
  })
  const { resource } = sdkRecord()
  const records = numbered(60).map((line) =>
    sdkRecord({ resource, body: `${line} ${'%ff '.repeat(62_000)}` }),
  )
  expect(await send(gateway, '/v1/logs', serialize('protobuf', records))).toMatchObject({ status: 200 })
  expect(vendor.messages()).toHaveLength(60)
})
