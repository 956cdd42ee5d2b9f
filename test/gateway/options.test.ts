import { expect, test } from 'vitest'
import { resolveGatewayOptions } from '../../src/gateway/gateway-options.js'

const KEY = { LOGNITOR_API_KEY: 'key' }

test('an invalid token in the environment does not leave the gateway open', () => {
  const env = { ...KEY, LOGNITOR_GATEWAY_TOKEN: 'hush hush' }
  expect(() => resolveGatewayOptions({}, env)).toThrow(/^LOGNITOR_GATEWAY_TOKEN: expected a token of visible/)
  expect(() => resolveGatewayOptions({}, env)).not.toThrow(/hush/)
  expect(resolveGatewayOptions({ authTokens: ['good'] }, env).authTokens).toEqual(['good'])
})

test('the gateway cannot be turned off by enabled, because callers would believe their data delivered', () => {
  expect(() => resolveGatewayOptions({ enabled: false }, KEY)).toThrow(/cannot be turned off/)
  expect(() => resolveGatewayOptions({}, { ...KEY, LOGNITOR_ENABLED: 'false' })).toThrow(
    /cannot be turned off/,
  )
})
