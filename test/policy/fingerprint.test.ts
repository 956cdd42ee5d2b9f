import { describe, expect, it } from 'vitest'
import { fingerprintOf } from '../../src/policy/fingerprint.js'

describe('fingerprint', () => {
  it('equals the official client’s for an error without a stack', () => {
    const message = 'user 0 not found at 0xff http://a/b?c=1 550e8400-e29b-41d4-a716-446655440000'
    expect(fingerprintOf({ type: 'T', message })).toBe(
      '25141111d07e12daec80374eff7335af92c99b6ac201e626059e18faccc87242',
    )
  })
})
