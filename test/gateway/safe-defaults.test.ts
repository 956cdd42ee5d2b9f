import { request } from 'node:http'
import { describe, expect, test } from 'vitest'
import { resolveGatewayOptions } from '../../src/gateway/gateway-options.js'
import type { Gateway } from '../../src/gateway/index.js'
import { logsOf, openGateway, send } from './support.js'

const KEY = { LOGNITOR_API_KEY: 'key' }

describe('the gateway does not start with this mistake in the environment', () => {
  test.each([
    ['LOGNITOR_REDACT', 'email,creditcards'],
    ['LOGNITOR_REDACT_PATTERNS', 'e-mail'],
    ['LOGNITOR_API_URL', 'htps://lognitor.example/api/v1'],
    ['LOGNITOR_API_URL', 'lognitor.example'],
    ['LOGNITOR_PROXY', 'proxy.example:3128'],
    ['LOGNITOR_GATEWAY_LISTEN', '127.0.0.1'],
    ['LOGNITOR_GATEWAY_NO_AUTH', 'never'],
    ['LOGNITOR_INCLUDE_QUERY', 'non'],
    ['LOGNITOR_TRUST_PROXY', 'maybe'],
    ['LOGNITOR_MIN_LEVEL', 'warning!'],
  ])('%s=%s', (variable, words) => {
    expect(() => resolveGatewayOptions({}, { ...KEY, [variable]: words })).toThrow(
      new RegExp(`^${variable}: expected`),
    )
  })

  test('a flag overrides the mistake, and a variable that protects nothing is ignored', () => {
    const env = { ...KEY, LOGNITOR_REDACT: 'e-mail', LOGNITOR_CONNECTIONS: 'many' }
    const { shared, connections } = resolveGatewayOptions({ redactPatterns: ['email'] }, env)
    expect(shared.redactPatterns).toEqual(['email'])
    expect(connections).toBe(32)
  })
})

test('names of redaction patterns may be in upper or lower case', async () => {
  const { shared } = resolveGatewayOptions({}, { ...KEY, LOGNITOR_REDACT: 'EMAIL, creditcard,Bearer' })
  expect(shared.redactPatterns).toEqual(['email', 'creditCard', 'bearer'])
  const { gateway, vendor } = await openGateway({ redactPatterns: ['Email' as 'email'] })
  await send(gateway, '/v1/logs', logsOf('to bob@example.com'))
  expect(vendor.messages()).toEqual(['to [REDACTED]'])
})

/** Sends headers that fetch does not let a program set. */
function call(
  gateway: Gateway,
  method: string,
  path: string,
  headers: Record<string, string>,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(gateway.url + path, { method, headers }, (response) => {
      response.resume()
      response.on('end', () => resolve(response.statusCode ?? 0))
    })
    sent.on('error', reject)
    sent.end(method === 'POST' ? JSON.stringify(logsOf('hello')) : undefined)
  })
}

const JSON_BODY = { 'content-type': 'application/json' }

describe('a gateway on loopback', () => {
  test.each(['localhost:4778', '127.0.0.1:9', '[::1]:4778', 'LOCALHOST'])(
    'answers to the host %s',
    async (host) => {
      const { gateway, vendor } = await openGateway()
      expect(await call(gateway, 'POST', '/v1/logs', { ...JSON_BODY, host })).toBe(200)
      expect(vendor.messages()).toEqual(['hello'])
    },
  )

  test('refuses names of other machines and pages of other origins, but answers probes', async () => {
    const { gateway, vendor } = await openGateway()
    for (const host of ['evil.example', 'evil.example:4778', '127.0.0.1.evil.example', '10.0.0.1:4778']) {
      expect(await call(gateway, 'POST', '/v1/logs', { ...JSON_BODY, host })).toBe(421)
      expect(await call(gateway, 'GET', '/metrics', { host })).toBe(421)
      expect(await call(gateway, 'GET', '/healthz', { host })).toBe(200)
    }
    for (const origin of ['https://evil.example', 'null', 'http://localhost:3000']) {
      expect(await call(gateway, 'POST', '/v1/logs', { ...JSON_BODY, origin })).toBe(403)
    }
    expect(await call(gateway, 'POST', '/v1/logs', { ...JSON_BODY, 'sec-fetch-site': 'cross-site' })).toBe(
      403,
    )
    expect(vendor.seen).toHaveLength(0)
  })

  test('answers to any host when it has a token, as behind a proxy', async () => {
    const { gateway } = await openGateway({ authTokens: ['hush'] })
    const headers = { ...JSON_BODY, host: 'telemetry.example', authorization: 'Bearer hush' }
    expect(await call(gateway, 'POST', '/v1/logs', headers)).toBe(200)
  })
})

describe('a gateway beyond loopback', () => {
  test('shows its metrics only to callers with a token', async () => {
    const { gateway } = await openGateway({ listen: ':0', authTokens: ['hush'] })
    const url = `http://127.0.0.1:${gateway.port}`
    expect((await fetch(`${url}/metrics`)).status).toBe(401)
    expect((await fetch(`${url}/metrics`, { headers: { authorization: 'Bearer hush' } })).status).toBe(200)
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
  })
})
