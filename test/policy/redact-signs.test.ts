import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BUILT_IN_REDACTIONS } from '../../src/policy/redact-patterns.js'
import { SIGN, signsOf } from '../../src/policy/redact-signs.js'

const NOTHING = 0

describe('a text', () => {
  it.each([
    ['order placed by customer 4711', NOTHING],
    ['', NOTHING],
    ['a number: 12345678', NOTHING],
    ['mail bob@x.org', SIGN.at],
    ['123-45-6789', SIGN.nineDigits],
    ['4111 1111 1111 1111', SIGN.nineDigits | SIGN.thirteenDigits],
    ['١٢٣٤٥٦٧٨٩', SIGN.nineDigits],
    ['bEarer abc', SIGN.bearer],
    ['a%40b', SIGN.encoded],
    ['a+b', SIGN.encoded],
    ['\\u0040', SIGN.encoded],
    ['{"type":"Buffer"}', SIGN.encoded],
    ['checkout', SIGN.encoded],
    ['Ym9iQHgub3Jn', SIGN.encoded],
    ['Ym9iQHgub3J', NOTHING],
  ])('%j has its signs and no others', (text, signs) => {
    expect(signsOf(text)).toBe(signs)
  })

  it('in which a built-in pattern matches has the sign of that pattern', () => {
    const piece = fc.constantFrom(
      'bob',
      '@',
      'x.org',
      '4111',
      ' ',
      '-',
      '123',
      '45',
      '6789',
      'Bearer',
      'ber',
      '٣',
      'é',
    )
    const text = fc.array(fc.oneof(piece, fc.string())).map((pieces) => pieces.join(''))
    fc.assert(
      fc.property(text, fc.constantFrom(...Object.values(BUILT_IN_REDACTIONS)), (input, redact) => {
        const matches = redact(input) !== input
        if (matches) expect(signsOf(input) & (redact.sign as number)).not.toBe(NOTHING)
      }),
      { numRuns: 5000 },
    )
  })
})
