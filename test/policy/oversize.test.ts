import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Log } from '../../src/wire/log.js'
import { bench, info } from './support.js'

const REDACT = ['email', 'creditCard', 'ssn', 'bearer']
const MEBIBYTE = 1024 * 1024

function sentOf(log: Log, autoTruncate: boolean): { sent: readonly Log[]; dropped: unknown } {
  const { policy, sent, ledger } = bench({ redact: REDACT, autoTruncate })
  policy.admit(log)
  return { sent, dropped: ledger.dropped() }
}

describe('a log with far more text than it may have', () => {
  // If redaction read them whole, each of these would take longer than the time limit of a test.
  it.each([
    ['its message', (text: string) => info({ message: text })],
    ['its metadata', (text: string) => info({ metadata: { a: text } })],
    ['its stack', (text: string) => info({ error: { type: 'E', message: 'm', stack: text } })],
    [
      'a list of metadata',
      (text: string) => info({ metadata: { list: Array(60).fill(text.slice(0, MEBIBYTE)) } }),
    ],
  ])('is refused, or cut, before redaction reads %s', (_where, logOf) => {
    const text = `Buffer${'[98,111,98,64,98,46,99,99] '.repeat((60 * MEBIBYTE) / 27)}`
    expect(sentOf(logOf(text), false)).toEqual({ sent: [], dropped: { too_large: 1 } })
    const { sent } = sentOf(logOf(text), true)
    expect(sent).toHaveLength(1)
    expect(JSON.stringify(sent[0]).length).toBeLessThan(256 * 1024)
  })

  it('shows no part of a match for redaction, wherever it is cut', () => {
    const secret = 'bob.secret@example.com'
    fc.assert(
      fc.property(fc.nat(2200), fc.integer({ min: 0, max: 60 }), (at, gap) => {
        const near = `${'x '.repeat(Math.ceil(at / 2))}${`${secret} ${' '.repeat(gap)}`.repeat(500)}`
        const log = info({ message: near, metadata: { near, fill: 'y'.repeat(MEBIBYTE) }, tags: [near] })
        const { sent } = sentOf(log, true)
        expect(sent).toHaveLength(1)
        expect(JSON.stringify(sent[0])).not.toMatch(/bob|secret/)
      }),
      { numRuns: 60 },
    )
  })

  it('is cut to the same result as without the early cut, except for much longer texts', () => {
    const long = 'word '.repeat(1000)
    const log = () =>
      info({ message: long, metadata: { long, short: 's', fill: 'y'.repeat(MEBIBYTE) }, service: 'shop' })
    const { policy, sent } = bench({ redact: [], autoTruncate: true })
    policy.admit(log())
    const id = { 'log.record.uid': expect.any(String) }
    expect(sentOf(log(), true).sent).toEqual([{ ...sent[0], metadata: { ...sent[0]?.metadata, ...id } }])
  })

  it('is cut to the same result with and without redaction where only escapes make its JSON too long', () => {
    const filler = '\u0001'.repeat(64 * 1024)
    const log = () => info({ message: 'm', metadata: { filler, short: 's' }, tags: ['a'], service: 'shop' })
    const { policy, sent, dropped } = bench({ redact: [], autoTruncate: true })
    policy.admit(log())
    expect(dropped()).toEqual({})
    expect(sent[0]?.metadata?.filler).toBe(`${filler.slice(0, 500)} [truncated]`)
    const id = { 'log.record.uid': expect.any(String) }
    expect(sentOf(log(), true).sent).toEqual([{ ...sent[0], metadata: { ...sent[0]?.metadata, ...id } }])
    const refusing = bench({ redact: [], autoTruncate: false })
    refusing.policy.admit(log())
    expect(refusing.dropped()).toEqual({ too_large: 1 })
  })

  it('is refused, or cut, as a request entry as well', () => {
    const path = `/${'%41%40%42.com/'.repeat((60 * MEBIBYTE) / 14)}`
    const entry = { method: 'GET', path, duration_ms: 1, request_id: 'r', timestamp: info().timestamp }
    const refused = bench({ redact: REDACT })
    expect(refused.policy.admitRequest(entry)).toBeUndefined()
    expect(refused.dropped()).toEqual({ too_large: 1 })
    const json = bench({ redact: REDACT, autoTruncate: true }).policy.admitRequest(entry)
    expect(JSON.parse(json as string).path).toMatch(/^\/\[REDACTED\]/)
  })

  // Written out, each of these is longer than any string of V8.
  it.each([
    ['texts', () => ({ list: Array(1200).fill('x'.repeat(MEBIBYTE / 2)) })],
    ['keys', () => ({ list: Array(1200).fill({ ['k'.repeat(MEBIBYTE / 2)]: 1 }) })],
  ])('is not written out to see that it is too large: %s', (_what, make) => {
    const hook = { beforeSend: (log: Log) => log }
    for (const given of [{}, hook, { redact: REDACT }]) {
      const { policy, dropped } = bench(given)
      policy.admit(info({ metadata: make() }))
      expect(dropped()).toEqual({ too_large: 1 })
    }
    const { policy, sent } = bench({ ...hook, autoTruncate: true })
    policy.admit(info({ metadata: make() }))
    expect(sent.map(({ message }) => message)).toEqual(['Order created'])
  })

  it('goes whole to a hook that may make it small', () => {
    const { policy, sent } = bench({
      redact: REDACT,
      autoTruncate: false,
      beforeSend: ({ metadata: _, ...log }) => ({ ...log, message: 'small' }),
    })
    policy.admit(info({ metadata: { fill: 'y'.repeat(MEBIBYTE) } }))
    expect(sent.map(({ message }) => message)).toEqual(['small'])
  })
})
