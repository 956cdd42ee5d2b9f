import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fingerprintOf, normaliseMessage } from '../../src/policy/fingerprint.js'
import type { Log } from '../../src/wire/log.js'
import { bench, failure, info } from './support.js'

type Capture = Record<string, { body: { logs?: Log[] } | null }[]>
const capture = JSON.parse(
  readFileSync(new URL('../fixtures/official-sdk-capture.json', import.meta.url), 'utf8'),
) as Capture
const captured = Object.values(capture)
  .flat()
  .flatMap(({ body }) => body?.logs ?? [])
  .filter((log) => log.fingerprint !== undefined && log.error !== undefined)
const frameless = captured.filter(({ error }) => !error?.stack?.includes('  File '))

describe('a fingerprint', () => {
  it('equals the fingerprint of the official client', () => {
    const message = 'user 0 not found at 0xff http://a/b?c=1 550e8400-e29b-41d4-a716-446655440000'
    expect(fingerprintOf({ type: 'T', message })).toBe(
      '25141111d07e12daec80374eff7335af92c99b6ac201e626059e18faccc87242',
    )
  })

  it('equals the official client’s for every captured error without a frame', () => {
    expect(frameless).toHaveLength(5)
    for (const { error, fingerprint } of frameless) {
      expect(error && fingerprintOf(error)).toBe(fingerprint)
    }
  })

  it('differs by type, message, file and line, and by nothing else', () => {
    const error = { type: 'T', message: 'm', filename: '/app/a.js', line_number: 1 }
    const hashes = [
      error,
      { ...error, type: 'U' },
      { ...error, message: 'n' },
      { ...error, filename: '/app/b.js' },
      { ...error, line_number: 2 },
      { ...error, stack: 'any', context_line: 'any' },
    ].map(fingerprintOf)
    expect(new Set(hashes).size).toBe(5)
    expect(hashes.at(-1)).toBe(hashes[0])
  })

  it('is the same for the thousandth error as for the first', () => {
    const first = fingerprintOf({ type: 'T', message: 'first' })
    for (let index = 0; index < 1000; index += 1) fingerprintOf({ type: `T${index}`, message: 'x' })
    expect(fingerprintOf({ type: 'T', message: 'first' })).toBe(first)
  })

  it('is set on error and fatal logs that have an error, and on no others', () => {
    const { policy, sent } = bench()
    const { error } = failure()
    policy.admit(failure())
    policy.admit(failure('boom', { level: 'fatal' }))
    policy.admit(info({ ...(error && { error }) }))
    policy.admit(info({ level: 'error' }))
    const expected = fingerprintOf({ type: 'T', message: 'boom' })
    expect(sent.map((log) => log.fingerprint)).toEqual([expected, expected, undefined, undefined])
  })

  it('does not replace the user’s own', () => {
    const { policy, sent } = bench()
    policy.admit(failure('boom', { fingerprint: 'checkout' }))
    expect(sent[0]?.fingerprint).toBe('checkout')
  })

  it('does not depend on what redaction leaves of the message', () => {
    const plain = bench()
    const redacting = bench({ redact: ['email'] })
    plain.policy.admit(failure('no mail for bob@x.org'))
    redacting.policy.admit(failure('no mail for bob@x.org'))
    expect(redacting.sent[0]?.message).toBe('no mail for [REDACTED]')
    expect(redacting.sent[0]?.fingerprint).toBe(plain.sent[0]?.fingerprint)
  })
})

describe('a normalised message', () => {
  it.each([
    ['took 30s for 12 of 5', 'took 30s for <N> of <N>'],
    ['id 550E8400-e29b-41d4-a716-446655440000!', 'id <UUID>!'],
    ['at 0xDEADbeef, not 0xyz', 'at <HEX>, not 0xyz'],
    ['GET https://h:8/a?b=1#c failed', 'GET <URL> failed'],
    ['xhttp://h/1', 'xhttp://h/<N>'],
    ['größe5 und 5größe, 5 Stück', 'größe5 und 5größe, <N> Stück'],
    ['fünf٤٥ ٤٥', 'fünf٤٥ <N>'],
    ['1.5 -3 a_1 1_000', '<N>.<N> -<N> a_1 1_000'],
    ['', ''],
  ])('%s', (message, normalised) => {
    expect(normaliseMessage(message)).toBe(normalised)
  })

  it('is the same whatever the numbers are', () => {
    fc.assert(
      fc.property(fc.nat(), fc.uuid(), fc.webUrl(), (number, uuid, url) => {
        const message = normaliseMessage(`user ${number} at 0x${number.toString(16)} ${url} ${uuid}`)
        expect(message).toBe('user <N> at <HEX> <URL> <UUID>')
      }),
    )
  })

  it('of a long hostile message takes linear time', () => {
    for (const piece of ['1', '0x', '0xa', 'http://', '550e8400-', 'a1', '1 ', '-']) {
      const long = piece.repeat(1_000_000 / piece.length)
      expect(normaliseMessage(`${long} 7`)).toMatch(/ <N>$|<URL>/)
    }
  })
})
