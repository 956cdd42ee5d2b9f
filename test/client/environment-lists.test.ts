import { expect, test } from 'vitest'
import { resolveOptions } from '../../src/config/options.js'

test('of a list in the environment the items that are right hold', () => {
  const { redactPatterns } = resolveOptions({}, { LOGNITOR_REDACT: 'email,phone,CREDITCARD' })
  expect(redactPatterns).toEqual(['email', 'creditCard'])
})
