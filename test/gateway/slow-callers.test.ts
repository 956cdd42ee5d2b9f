import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { Gateway } from '../../src/gateway/index.js'
import { until } from '../support/until.js'
import { logsOf, numbered, openWithClock, send } from './support.js'

/** A caller that declares a body of 64 MiB and sends this many bytes of it. */
function slowCaller(gateway: Gateway, bytes: number): Socket {
  const socket = connect(gateway.port, '127.0.0.1')
  socket.on('error', () => {})
  onTestFinished(() => {
    socket.destroy()
  })
  socket.write(
    'POST /v1/logs HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 67000000\r\n\r\n',
  )
  socket.write(Buffer.alloc(bytes, ' '))
  return socket
}

test('bodies that are still arriving do not block complete ones', async () => {
  const { gateway, vendor } = await openWithClock({ maxInFlightRequests: 2 })
  const slow = numbered(5).map(() => slowCaller(gateway, 1000))
  await until(() => gateway.stats().inFlightBytes === 5000, 'the slow ones have begun')
  for (const line of numbered(3))
    expect(await send(gateway, '/v1/logs', logsOf(line))).toMatchObject({ status: 200 })
  expect(vendor.messages()).toHaveLength(3)
  expect(slow.every((socket) => !socket.destroyed)).toBe(true)
})

test('a body that comes too slowly is cut off without an answer, and a faster one is not', async () => {
  const { gateway, clock } = await openWithClock()
  const stalled = slowCaller(gateway, 1000)
  const steady = slowCaller(gateway, 20_000)
  await until(() => gateway.stats().inFlightBytes === 21_000, 'both have begun')
  let answer = ''
  stalled.on('data', (piece) => {
    answer += piece
  })
  clock.advance(10_000)
  await once(stalled, 'close')
  expect(answer).toBe('')
  steady.write(Buffer.alloc(20_000, ' '))
  await until(() => gateway.stats().inFlightBytes === 40_000, 'the steady one goes on')
  clock.advance(10_000)
  steady.write(Buffer.alloc(20_000, ' '))
  await until(() => gateway.stats().inFlightBytes === 60_000, 'the steady one goes on')
})

test('the slowest bodies are cut off when there is no room', async () => {
  const { gateway, vendor, clock, told } = await openWithClock({ maxInFlightBytes: 1_000_000 })
  const slow = numbered(4).map(() => slowCaller(gateway, 240_000))
  await until(() => gateway.stats().inFlightBytes === 960_000, 'the slow ones have begun')
  const large = logsOf('x'.repeat(200_000))
  expect(await send(gateway, '/v1/logs', large)).toMatchObject({ status: 503 })
  expect(told).toMatchObject([{ event: 'full' }])
  // So that each of them has sent less than 16 bytes in a millisecond.
  clock.block(20_000)
  expect(await send(gateway, '/v1/logs', large)).toMatchObject({ status: 200 })
  expect(vendor.messages()).toHaveLength(1)
  await until(() => slow.filter((socket) => socket.closed).length === 1, 'one of them was cut off')
})

test('a declared length alone reserves no memory', async () => {
  const { gateway } = await openWithClock()
  for (const _ of numbered(20)) slowCaller(gateway, 1)
  await until(() => gateway.stats().inFlightBytes === 20, 'all have begun')
  expect(process.memoryUsage().arrayBuffers).toBeLessThan(500 * 2 ** 20)
})
