import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startVendor, type Vendor } from '../support/vendor.js'
import { examine } from './doctor-support.js'

let vendor: Vendor

beforeEach(async () => {
  vendor = await startVendor()
})
afterEach(() => vendor.close())

const SDK = { packages: ['@opentelemetry/api', '@opentelemetry/sdk-node'] }
const env = () => ({ LOGNITOR_API_KEY: 'lgn_secret', LOGNITOR_API_URL: vendor.apiUrl })

test('the doctor finds nothing wrong: exit status 0', async () => {
  const { status, text } = await examine(SDK, [], env(), { isText: true })
  expect([status, text]).toEqual([0, 'lognitor doctor found nothing wrong.\n'])
  expect(vendor.batches.map(({ json }) => json.logs)).toEqual([[]])
})

test.each([
  ['KEY_REFUSED', { status: 401 }, 'LOGNITOR_API_KEY'],
  ['QUOTA_USED', { status: 429, headers: { 'retry-after': '60' } }, 'LOGNITOR_MIN_LEVEL'],
  ['ADDRESS_WRONG', { status: 404 }, 'LOGNITOR_API_URL'],
  ['ADDRESS_UNREACHABLE', { status: 503 }, 'LOGNITOR_API_URL'],
  ['PROXY_REFUSED', { status: 407 }, 'LOGNITOR_PROXY'],
  ['CLOCK_WRONG', { headers: { date: 'Thu, 01 Jan 2015 00:00:00 GMT' } }, 'NTP'],
])('%s is found by the answer of the service, with a way to fix it', async (code, reply, mend) => {
  vendor.answer(reply)
  const { status, codes, findings, text } = await examine(SDK, [], env())
  expect([status, codes]).toEqual([1, [code]])
  expect(findings[0]?.mend).toContain(mend)
  expect(text).not.toContain('lgn_secret')
})

test.each([
  ['NO_KEY', { LOGNITOR_API_KEY: '' }],
  ['ADDRESS_UNREACHABLE', { LOGNITOR_API_URL: 'http://127.0.0.1:9/api/v1' }],
  ['PROXY_REFUSED', { http_proxy: 'http://127.0.0.1:9' }],
  ['PROXY_UNUSABLE', { http_proxy: 'socks5://127.0.0.1:1080' }],
  ['ENVIRONMENT_WRONG', { LOGNITOR_BATCH_SIZE: 'many' }],
])('%s is found by the environment', async (code, more) => {
  const { status, codes } = await examine(SDK, [], { ...env(), ...more })
  expect([status, codes]).toEqual([1, [code]])
})

test('an untrusted certificate is TLS_FAILED', async () => {
  const tls = resolve(import.meta.dirname, '../fixtures/tls')
  const secure = await startVendor({
    key: readFileSync(`${tls}/key.pem`),
    cert: readFileSync(`${tls}/cert.pem`),
  })
  const { codes, findings } = await examine(SDK, [], { ...env(), LOGNITOR_API_URL: secure.apiUrl })
  await secure.close()
  expect(codes).toEqual(['TLS_FAILED'])
  expect(findings[0]?.mend).toContain('NODE_EXTRA_CA_CERTS')
})
