import { expect, test } from 'vitest'
import { resolveGatewayOptions } from '../../src/gateway/gateway-options.js'

const KEY = { LOGNITOR_API_KEY: 'key' }

test('a token of the environment that is none does not leave the gateway open', () => {
  const env = { ...KEY, LOGNITOR_GATEWAY_TOKEN: 'hush hush' }
  expect(() => resolveGatewayOptions({}, env)).toThrow(/^LOGNITOR_GATEWAY_TOKEN: expected a token of visible/)
  expect(() => resolveGatewayOptions({}, env)).not.toThrow(/hush/)
  expect(resolveGatewayOptions({ authTokens: ['good'] }, env).authTokens).toEqual(['good'])
})

test('it cannot be turned off, for callers would take it that all was delivered', () => {
  expect(() => resolveGatewayOptions({ enabled: false }, KEY)).toThrow(/cannot be turned off/)
  expect(() => resolveGatewayOptions({}, { ...KEY, LOGNITOR_ENABLED: 'false' })).toThrow(
    /cannot be turned off/,
  )
})
