import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { buildProgram, type Program } from '../support/program.js'
import { type ProxyStub, startProxy } from '../support/proxy.js'
import { startVendor, type Vendor } from '../support/vendor.js'

const tls = join(import.meta.dirname, '../fixtures/tls')
const KEY = 'lgn_proxy_test_key'

let program: Program
let vendor: Vendor
let proxy: ProxyStub | undefined

beforeAll(async () => {
  program = await buildProgram('test/delivery/apps/ends.ts')
})
afterAll(() => program.remove())
afterEach(async () => {
  await proxy?.close()
  proxy = undefined
  await vendor.close()
})

/** Runs the application to its end. Resolves to whether its flush delivered. */
async function deliver(env: Record<string, string>): Promise<boolean> {
  const run = program.start([], {
    LOGNITOR_API_KEY: KEY,
    LOGNITOR_API_URL: vendor.apiUrl,
    LOGNITOR_FLUSH_INTERVAL: '600000',
    NODE_EXTRA_CA_CERTS: join(tls, 'cert.pem'),
    LOGS: '3',
    FLUSH_MS: '10000',
    ...env,
  })
  expect(await run.ended).toBe(0)
  expect(run.stderr()).toBe('')
  return run.stdout().includes('true')
}

const secureVendor = () =>
  startVendor({ key: readFileSync(join(tls, 'key.pem')), cert: readFileSync(join(tls, 'cert.pem')) })

test('delivers over https', async () => {
  vendor = await secureVendor()
  expect(await deliver({})).toBe(true)
  expect(vendor.messages()).toHaveLength(3)
})

test('sends nothing to a server with an untrusted certificate', async () => {
  vendor = await secureVendor()
  expect(await deliver({ NODE_EXTRA_CA_CERTS: '', FLUSH_MS: '500' })).toBe(false)
  expect(vendor.seen).toHaveLength(0)
})

test.each(['http_proxy', 'HTTP_PROXY'])('sends through the proxy that %s names', async (name) => {
  vendor = await startVendor()
  proxy = await startProxy()
  expect(await deliver({ [name]: proxy.url })).toBe(true)
  expect(proxy.asked.map(({ line }) => line)).toEqual([`POST ${vendor.apiUrl}/ingest`])
  expect(vendor.seen[0]?.headers.host).toBe(`127.0.0.1:${vendor.port}`)
  expect(vendor.messages()).toHaveLength(3)
})

test('tunnels https, and shows the proxy neither key nor logs', async () => {
  vendor = await secureVendor()
  proxy = await startProxy()
  expect(await deliver({ https_proxy: proxy.url })).toBe(true)
  expect(proxy.asked.map(({ line }) => line)).toEqual([`CONNECT 127.0.0.1:${vendor.port}`])
  expect(JSON.stringify(proxy.asked)).not.toContain(KEY)
  expect(vendor.seen[0]?.headers['x-api-key']).toBe(KEY)
  expect(vendor.messages()).toHaveLength(3)
})

test('passes the host name to the proxy, and checks the certificate against it', async () => {
  vendor = await secureVendor()
  proxy = await startProxy({ port: vendor.port })
  const apiUrl = (host: string) => `https://${host}:8443/api/v1`
  expect(await deliver({ https_proxy: proxy.url, LOGNITOR_API_URL: apiUrl('lognitor.test') })).toBe(true)
  expect(
    await deliver({ https_proxy: proxy.url, LOGNITOR_API_URL: apiUrl('other.test'), FLUSH_MS: '500' }),
  ).toBe(false)
  const asked = new Set(proxy.asked.map(({ line }) => line))
  expect([...asked]).toEqual(['CONNECT lognitor.test:8443', 'CONNECT other.test:8443'])
  expect(vendor.seen).toHaveLength(1)
})

test('uses http for a proxy without a scheme', async () => {
  vendor = await secureVendor()
  proxy = await startProxy()
  expect(await deliver({ https_proxy: proxy.url.replace('http://', '') })).toBe(true)
  expect(proxy.asked).toHaveLength(1)
})

test.each([
  ['http', 'me:p%40ss', 'me:p@ss'],
  ['https', 'me:p%40ss', 'me:p@ss'],
  ['http', 'me:50%off', 'me:50%off'],
])('shows a proxy its credentials (%s, %s)', async (scheme, written, credentials) => {
  vendor = await (scheme === 'https' ? secureVendor() : startVendor())
  proxy = await startProxy({ credentials })
  expect(await deliver({ LOGNITOR_PROXY: proxy.url.replace('//', `//${written}@`) })).toBe(true)
  expect(vendor.messages()).toHaveLength(3)
})

test.each(['http', 'https'])('keeps the logs when a proxy wants credentials (%s)', async (scheme) => {
  vendor = await (scheme === 'https' ? secureVendor() : startVendor())
  proxy = await startProxy({ credentials: 'me:secret' })
  const run = program.start([], {
    LOGNITOR_API_KEY: KEY,
    LOGNITOR_API_URL: vendor.apiUrl,
    LOGNITOR_PROXY: proxy.url,
    LOGS: '25',
    STATS: '1',
  })
  await run.ended
  expect(
    JSON.parse(
      run
        .stdout()
        .split('\n')
        .find((line) => line.startsWith('{')) ?? '',
    ),
  ).toMatchObject({
    queued: 25,
    dropped: {},
  })
  expect(run.stderr()).toMatch(/\[LOGNITOR_WRONG_ADDRESS\] .*407/)
  expect(vendor.seen).toHaveLength(0)
})

test('connects directly where no_proxy says so', async () => {
  vendor = await startVendor()
  proxy = await startProxy()
  expect(await deliver({ http_proxy: proxy.url, no_proxy: '127.0.0.1' })).toBe(true)
  expect(proxy.asked).toHaveLength(0)
})

test('connects directly with LOGNITOR_PROXY=false', async () => {
  vendor = await startVendor()
  proxy = await startProxy()
  expect(await deliver({ http_proxy: proxy.url, LOGNITOR_PROXY: 'false' })).toBe(true)
  expect(proxy.asked).toHaveLength(0)
})
