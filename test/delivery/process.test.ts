import type { AddressInfo } from 'node:net'
import { createServer, type Server, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { buildProgram, type Program } from '../support/program.js'
import { startVendor, type Vendor } from '../support/vendor.js'

let program: Program
let vendor: Vendor
let env: Record<string, string>

beforeAll(async () => {
  program = await buildProgram('test/delivery/apps/ends.ts')
})
afterAll(() => program.remove())
beforeEach(async () => {
  vendor = await startVendor()
  env = { LOGNITOR_API_KEY: 'key', LOGNITOR_API_URL: vendor.apiUrl }
})
afterEach(() => vendor.close())

test('a process ends although its batch is not full', async () => {
  expect(await program.start([], { ...env, LOGS: '1' }).ended).toBe(0)
})

test('a process ends although an upload gets no answer', async () => {
  vendor.answer({ silent: true })
  const run = program.start([], env)
  expect(await run.ended).toBe(0)
  expect(run.stdout()).toContain('nothing more to do')
  expect(vendor.seen).toHaveLength(1)
})

test('a process ends although an answer arrives byte by byte without end', async () => {
  vendor.answer({ dripMs: 10 })
  expect(await program.start([], env).ended).toBe(0)
})

test('a process ends although the sender waits for a service that is down', async () => {
  vendor.answer({ status: 503 })
  expect(await program.start([], env).ended).toBe(0)
})

test('a process ends although a kept-alive connection is open', async () => {
  const run = program.start([], env)
  expect(await run.ended).toBe(0)
  expect(vendor.messages()).toHaveLength(25)
})

test('a process that awaits a flush lives until the flush ends', async () => {
  const run = program.start([], { ...env, LOGS: '3', LOGNITOR_FLUSH_INTERVAL: '600000', FLUSH_MS: '10000' })
  expect(await run.ended).toBe(0)
  expect(run.stdout()).toContain('true')
  expect(vendor.messages()).toHaveLength(3)
})

test.each(['http', 'https'])('a process ends although its proxy never answers (%s)', async (scheme) => {
  const sockets = new Set<Socket>()
  const proxy = await listen(createServer((socket) => sockets.add(socket.on('error', () => {}))))
  const run = program.start([], {
    ...env,
    LOGNITOR_API_URL: `${scheme}://lognitor.test/api/v1`,
    LOGNITOR_PROXY: `http://127.0.0.1:${proxy.port}`,
  })
  expect(await run.ended).toBe(0)
  expect(sockets.size).toBe(1)
  for (const socket of sockets) socket.destroy()
  proxy.server.close()
})

async function listen(server: Server): Promise<{ server: Server; port: number }> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, port: (server.address() as AddressInfo).port }
}
