import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseRedactions, redactText } from '../../src/policy/redact.js'
import { redactions } from './support.js'

const NAMES = ['email', 'creditCard', 'ssn', 'bearer']
const all = redactions(NAMES)
const redact = (text: string) => redactText(text, all)
const R = '[REDACTED]'

describe('a redacted text', () => {
  it('equals the official client’s for the same text', () => {
    const text =
      'mail bob@example.com card 4111 1111 1111 1111 ssn 123-45-6789 Authorization: Bearer abc.def-1 key sk_live_1'
    const own = redactions([...NAMES, /sk_live_\w+/])
    expect(redactText(text, own)).toBe(`mail ${R} card ${R} ssn ${R} Authorization: ${R} key ${R}`)
  })

  it.each([
    ['<bob.o+tag%1_x@mail.example-1.co.uk>.', `<${R}>.`],
    ['a@b.co, c@d.org;e@f.net', `${R}, ${R};${R}`],
    ['józef@exämple.org', R],
    ['bob@localhost', 'bob@localhost'],
    ['bob@x.o1', 'bob@x.o1'],
    ['@x.org', '@x.org'],
    ['bob@x.org_', 'bob@x.org_'],
    ['4111-1111-1111-1111', R],
    ['4111111111111111.', `${R}.`],
    ['pan=1234567890123', `pan=${R}`],
    ['6304 0000 0000 0000 000', R],
    ['4111\u00a01111\u20111111\u20131111', R],
    ['４１１１１１１１１１１１１１１１', R],
    ['卡号4111111111111111。', `卡号${R}。`],
    ['123456789012', '123456789012'],
    ['12345678901234567890', '12345678901234567890'],
    ['x4111111111111111', 'x4111111111111111'],
    ['4111111111111111x', '4111111111111111x'],
    ['4111 1111 1111 1111 123-45-6789', `${R} ${R}`],
    ['4111 1111 1111 1111 2026-11-23', `${R} 2026-11-23`],
    ['ssn:123-45-6789', `ssn:${R}`],
    ['1123-45-6789 a 123-45-67890 b 123-456-789', '1123-45-6789 a 123-45-67890 b 123-456-789'],
    ['bearer  a/b+c== x', `${R} x`],
    ['BEARER\tabc', R],
    ['Bearer', 'Bearer'],
  ])('%s', (text, redacted) => {
    expect(redact(text)).toBe(redacted)
  })

  it.each([
    ['{"mail":"bob@x.org","n":4111111111111111}', `{"mail":"${R}","n":${R}}`],
    ['"{\\"text\\":\\"a\\n4111111111111111\\t123-45-6789\\"}"', `"{\\"text\\":\\"a\\n${R}\\t${R}\\"}"`],
    ['\\u00a04111111111111111 \\u003c123-45-6789\\u003e', `\\u00a0${R} \\u003c${R}\\u003e`],
    ['/u/bob%40x.org/a%20b?m=bob%2Btag%40x.org&z=%7E', `/u/${R}/a%20b?m=${R}&z=%7E`],
    ['?c=4111+1111+1111+1111&d=1+1', `?c=${R}&d=1+1`],
    ['?c=4111%201111%201111%201111#f', `?c=${R}#f`],
    ['?next=%2Fx%3Fm%3Dbob%2540x.org%26a%3D1', `?next=%2Fx%3Fm%3D${R}%26a%3D1`],
    ['a%zz%E0%A4%bob%40x.org', `a%25zz%C3%A0%C2%A4%25${R}`],
  ])('has no match left in JSON, in URLs and in one within the other: %s', (text, redacted) => {
    expect(redact(text)).toBe(redacted)
  })

  it('has no match left in bytes that became base64, whole or cut', () => {
    const encode = (text: string) => Buffer.from(text).toString('base64')
    expect(redact(encode('to bob@x.org'))).toBe(encode(`to ${R}`))
    const cut = Buffer.from('4111111111111111 für €').subarray(0, -1)
    expect(Buffer.from(redact(cut.toString('base64')), 'base64').toString()).toBe(`${R} für `)
  })

  it('has no match left in the bytes of a Buffer that became JSON within a text', () => {
    const written = (text: string) =>
      JSON.stringify({ sent: Buffer.from(text), codes: [1, 2, 3, 4, 5, 6, 999] })
    expect(redact(written('to bob@x.org'))).toBe(written(`to ${R}`))
    expect(redact(written('hello'))).toBe(written('hello'))
    expect(redact(JSON.stringify(written('4111111111111111')))).toBe(JSON.stringify(written(R)))
    const spaced = JSON.stringify(Buffer.from('bob@x.org'), null, 2)
    expect(JSON.parse(redact(spaced))).toEqual(Buffer.from(R).toJSON())
    const several = `Buffer [${[...Buffer.from('bob@x.org')]}] [1,2] [${[...Buffer.from('nobody')]}] [999,64,64,64,64,64]`
    expect(redact(several)).toBe(several.replace(/^[^\]]*/, `Buffer [${[...Buffer.from(R)]}`))
  })

  it('keeps other bytes, and words that look like base64', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 6 }), (bytes) => {
        const encoded = Buffer.from([0xff, ...bytes]).toString('base64')
        expect(redact(encoded)).toBe(encoded)
      }),
    )
    expect(redact('accesses')).toBe('accesses')
  })

  it('contains none of the secrets, whatever text is around them', () => {
    const secret = fc.oneof(
      fc.constantFrom('bob@example.com', '123-45-6789', 'Bearer abc.def'),
      fc
        .tuple(
          fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 13, maxLength: 19 }),
          fc.constantFrom('', ' ', '-'),
        )
        .map(([digits, gap]) => digits.join(gap)),
    )
    const around = fc.stringMatching(/^[ ,;:()<>\n"'|号]{0,3}$/)
    fc.assert(
      fc.property(around, secret, around, (before, text, after) => {
        expect(redact(before + text + after)).toBe(before + R + after)
      }),
    )
  })

  const pieces = [
    '4111',
    '1111 ',
    '123-45-6789',
    '-',
    ' ',
    '@',
    'bob@x.org',
    '.',
    'Bearer ',
    'a1',
    '=',
    '%40',
    '%20',
  ]
  const text = fc
    .array(fc.oneof(fc.constantFrom(...pieces, '+', '_', '\\n', '&', R, 'é'), fc.string()))
    .map((parts) => parts.join(''))
  const patterns = fc.shuffledSubarray([...NAMES, /secret-\w+/, /E/, /x*/i, /^./, /.$/u], { minLength: 1 })

  it('does not change when it is redacted again, in any order of the patterns', () => {
    fc.assert(
      fc.property(text, patterns, (input, chosen) => {
        const own = redactions(chosen)
        const once = redactText(input, own)
        expect(redactText(once, own)).toBe(once)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('a RegExp of the user’s', () => {
  it('keeps its state, and finds all matches whatever its flags', () => {
    for (const flags of ['', 'g', 'y', 'gy', 'gi', 'u', 'd']) {
      const own = new RegExp('key-\\d', flags)
      own.lastIndex = 3
      expect(redactText('a key-1 key-2', redactions([own]))).toBe(`a ${R} ${R}`)
      expect(own.lastIndex).toBe(3)
    }
  })

  it('that matches the empty text changes nothing there', () => {
    expect(redactText('abxxc', redactions([/x*/]))).toBe(`ab${R}c`)
    expect(redactText('😀', redactions([/(?:)/u]))).toBe('😀')
  })

  it('does not match its own marks', () => {
    expect(redactText('EVE', redactions([/E/]))).toBe(`${R}V${R}`)
    expect(redactText('aaa', redactions([/[A-Za-z]/, /\w+/]))).toBe(R.repeat(3))
  })

  it('with named groups replaces the whole match', () => {
    expect(redactText('id=7;', redactions([/id=(?<number>\d)(x)?/]))).toBe(`${R};`)
  })
})

describe('the values of redactPatterns', () => {
  it.each([['phone'], ['toString'], [7], [null], [{ exec: () => null }], ['x'.repeat(100)]])(
    'that are neither a name nor a RegExp are returned as an error text, not thrown: %j',
    (pattern) => {
      expect(parseRedactions(['email', pattern])).toMatch(
        /is neither a RegExp nor one of email, creditCard, ssn, bearer$/,
      )
    },
  )
})

describe('a hostile text of a million characters', () => {
  const pieces = [
    ...['a', 'a@', '@', 'a.', '.', 'a@b.', '@a1.', '%', '+', '_', 'é'],
    ...[
      '1',
      '1-',
      '1 ',
      '12 ',
      '123456789012 ',
      '1234567890123456789012x ',
      '123-45-',
      '123-45-678',
      '\\n1',
      '\\u0031',
      '１',
    ],
    ...['Bearer ', 'Bearer', 'Bearer a=', 'bearer\t'],
    ...[
      '%41',
      '%ff ',
      '%ff%41 ',
      'b%40b.cc\ud800 ',
      '%E0%A4',
      '%2540',
      '=+',
      '=1+',
      'QUFB',
      'QUFB+',
      R,
      '[REDACTED',
    ],
    ...['Buffer[', 'Buffer[1,', 'Buffer[1,2,3,4,5,6', 'Buffer [ 1 , ', '[111,98,111,98,64,120]Buffer'],
  ]

  it.each(pieces)('made of %j is redacted in linear time', (piece) => {
    const long = piece.repeat(Math.ceil(1_000_000 / piece.length))
    const redacted = redact(`bob@x.org ${long} bob@x.org`)
    expect(redacted.startsWith(R)).toBe(true)
    expect(redacted.endsWith(R)).toBe(true)
  })

  it('with one long gap is redacted in linear time', () => {
    const gap = ' '.repeat(1_000_000)
    expect(redact(`1${gap}1${gap}1`)).toHaveLength(2_000_003)
    expect(redact(`Bearer${gap}@`)).toHaveLength(1_000_007)
  })
})
