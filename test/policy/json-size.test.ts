import fc from 'fast-check'
import { expect, it } from 'vitest'
import { jsonBytes } from '../../src/policy/json-size.js'

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  // Lone surrogates, control characters, quotes and characters of one to four bytes.
  fc
    .array(fc.constantFrom('x', '€', 'é', '😀', '\u0000', '\n', '\u001f', '"', '\\', '\ud800', '\udc00'))
    .map((units) => units.join('')),
)
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.double(),
    fc.integer(),
    fc.boolean(),
    fc.constantFrom(null, undefined),
    fc.array(tie('any')),
    fc.dictionary(text, tie('any')),
  ),
})).any

it('the size of a value is the length of its JSON in UTF-8', () => {
  fc.assert(
    fc.property(value, (input) => {
      expect(jsonBytes(input)).toBe(Buffer.byteLength(JSON.stringify(input) ?? ''))
    }),
  )
})

it('the count may end beyond the limit that is asked for, but not before', () => {
  fc.assert(
    fc.property(value, fc.nat(100), (input, most) => {
      expect(jsonBytes(input, most) > most).toBe(jsonBytes(input) > most)
    }),
  )
})
