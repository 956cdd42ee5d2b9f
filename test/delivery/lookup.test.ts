import { promises } from 'node:dns'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { until } from '../support/until.js'
import { openRig, type Rig } from './support.js'

let rig: Rig
afterEach(async () => {
  vi.restoreAllMocks()
  await rig.close()
})

const never = () => new Promise<never>(() => {})
const unknown = async () => {
  throw Object.assign(new Error('queryA ENODATA'), { code: 'ENODATA' })
}

/** Replaces the name server, because no test can point the resolver at loopback. */
function playNameServer(four: () => Promise<string[]>, six: () => Promise<string[]>): void {
  let cancel = () => {}
  const cancelled = new Promise<never>((_, reject) => {
    cancel = () => reject(Object.assign(new Error('queryA ECANCELLED'), { code: 'ECANCELLED' }))
  })
  cancelled.catch(() => {})
  const { prototype } = promises.Resolver
  vi.spyOn(prototype, 'resolve4').mockImplementation((() => Promise.race([four(), cancelled])) as never)
  vi.spyOn(prototype, 'resolve6').mockImplementation((() => Promise.race([six(), cancelled])) as never)
  vi.spyOn(prototype, 'cancel').mockImplementation(() => cancel())
}

async function arrives(host: '127.0.0.1' | '::1'): Promise<void> {
  let bytes = 0
  const server = createServer((request, response) => {
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.byteLength
    })
    request.on('end', () => response.end('{}'))
  })
  await new Promise<void>((resolve, reject) => server.on('error', reject).listen(0, host, resolve))
  const { port } = server.address() as AddressInfo
  rig = await openRig({ apiUrl: `http://name.example:${port}/api/v1` })
  rig.logMany(25)
  await until(() => rig.pipeline.stats().accepted === 25, 'the batch was accepted')
  expect(bytes).toBeGreaterThan(0)
  server.closeAllConnections()
  server.close()
}

test('reaches a host by IPv6 when its IPv4 address is unreachable', async () => {
  playNameServer(
    async () => ['127.0.0.1'],
    async () => ['::1'],
  )
  await arrives('::1')
})

test('reaches a host by IPv4 when its IPv6 address is unreachable', async () => {
  playNameServer(
    async () => ['127.0.0.1'],
    async () => ['::1'],
  )
  await arrives('127.0.0.1')
})

test.each([
  ['does not know its IPv6 address', unknown],
  ['is silent about its IPv6 address', never],
])('reaches a host by IPv4 when the name server %s', async (_, six) => {
  playNameServer(async () => ['127.0.0.1'], six)
  await arrives('127.0.0.1')
})

test('reaches a host by IPv6 when the name server is silent about its IPv4 address', async () => {
  playNameServer(never, async () => ['::1'])
  await arrives('::1')
})
