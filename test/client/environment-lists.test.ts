import { expect, test } from 'vitest'
import { resolveOptions } from '../../src/config/options.js'

test('valid items of a list in the environment are used', () => {
  const { redactPatterns } = resolveOptions({}, { LOGNITOR_REDACT: 'email,phone,CREDITCARD' })
  expect(redactPatterns).toEqual(['email', 'creditCard'])
})
