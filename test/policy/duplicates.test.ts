import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDuplicates } from '../../src/policy/duplicates.js'
import { manualClock } from '../support/manual-clock.js'
import { bench, failure, info, settingsOf } from './support.js'

describe('the duplicate window', () => {
  it('sends the first, holds back the same for five seconds, then sends one that counts them', () => {
    const { policy, clock, sent, ledger, dropped } = bench()
    const ids = [1, 2, 3].map((order) => policy.admit(failure('boom', { metadata: { order } })))
    expect(ids).toEqual(['id-1', 'id-1', 'id-1'])
    clock.advance(4999)
    expect(sent).toHaveLength(1)
    clock.advance(1)
    expect(sent).toHaveLength(2)
    expect(sent[1]).toEqual({
      ...sent[0],
      timestamp: '2026-11-23T00:00:05.000Z',
      metadata: { order: 1, 'log.record.uid': expect.stringMatching(/^id-\d$/), dedupCount: 2 },
    })
    expect(sent[1]?.metadata?.['log.record.uid']).not.toBe('id-1')
    expect(dropped()).toEqual({ duplicate: 2 })
    expect(ledger.written).toBe(1)
  })

  it('sends no summary when nothing was held back, and the next is a first again', () => {
    const { policy, clock, sent } = bench()
    policy.admit(failure())
    clock.advance(5000)
    expect(clock.pending()).toBe(0)
    expect(policy.admit(failure())).toBe('id-2')
    expect(sent).toHaveLength(2)
    expect(sent[1]?.metadata).not.toHaveProperty('dedupCount')
  })

  it('starts a new window with the first log after a summary', () => {
    const { policy, clock, sent } = bench()
    policy.admit(failure())
    policy.admit(failure())
    clock.advance(5000)
    policy.admit(failure())
    policy.admit(failure())
    clock.advance(5000)
    expect(sent.map(({ metadata }) => metadata?.dedupCount)).toEqual([undefined, 1, undefined, 1])
  })

  it('ends on time even while a blocked event loop lets no timer run', () => {
    const { policy, clock, sent } = bench()
    policy.admit(failure())
    policy.admit(failure())
    clock.block(60_000)
    expect(policy.admit(failure())).not.toBe('id-1')
    expect(sent.map(({ metadata }) => metadata?.dedupCount)).toEqual([undefined, 1, undefined])
  })

  it('of each error ends at its own time', () => {
    const { policy, clock, sent } = bench()
    const summaries = () => sent.flatMap(({ message, metadata }) => (metadata?.dedupCount ? [message] : []))
    for (const message of ['a', 'b']) {
      policy.admit(failure(message))
      policy.admit(failure(message))
      clock.advance(3000)
    }
    expect(summaries()).toEqual(['a'])
    clock.advance(2000)
    expect(summaries()).toEqual(['a', 'b'])
  })

  it('is separate for different errors', () => {
    const { policy, sent } = bench()
    policy.admit(failure('user not found'))
    policy.admit(failure('order not found'))
    policy.admit(failure('user 7 not found'))
    policy.admit(failure('user 8 not found'))
    expect(sent.map(({ message }) => message)).toEqual([
      'user not found',
      'order not found',
      'user 7 not found',
    ])
  })

  it('never holds back a fatal log, or a log without a fingerprint', () => {
    const { policy, sent } = bench()
    for (let time = 0; time < 3; time += 1) {
      policy.admit(failure('boom', { level: 'fatal' }))
      policy.admit(info({ level: 'error' }))
      policy.admit(info({ fingerprint: 'mine' }))
    }
    expect(sent).toHaveLength(9)
  })

  it('holds back by the fingerprint that the user gave', () => {
    const { policy, sent } = bench()
    policy.admit(failure('one', { fingerprint: 'checkout' }))
    policy.admit(failure('two', { fingerprint: 'checkout' }))
    expect(sent).toHaveLength(1)
  })

  it('is off when its length is 0', () => {
    const { policy, clock, sent } = bench({ duplicateWindowMs: 0 })
    policy.admit(failure())
    policy.admit(failure())
    expect(sent).toHaveLength(2)
    expect(clock.pending()).toBe(0)
  })

  it('sends its summaries at once when released, and keeps windows without held logs', () => {
    const { policy, clock, sent } = bench()
    policy.admit(failure('a'))
    policy.admit(failure('a'))
    policy.admit(failure('b'))
    policy.release()
    expect(sent.map(({ message, metadata }) => [message, metadata?.dedupCount])).toEqual([
      ['a', undefined],
      ['b', undefined],
      ['a', 1],
    ])
    policy.release()
    policy.admit(failure('b'))
    clock.advance(5000)
    expect(sent.at(-1)).toMatchObject({ message: 'b', metadata: { dedupCount: 1 } })
    expect(sent).toHaveLength(4)
  })

  it('ends the oldest window early, with its summary, when there are too many', () => {
    const { policy, sent } = bench({ maxFingerprints: 2 })
    for (const message of ['a', 'a', 'b', 'c']) policy.admit(failure(message))
    expect(sent.map(({ message, metadata }) => [message, metadata?.dedupCount])).toEqual([
      ['a', undefined],
      ['b', undefined],
      ['c', undefined],
      ['a', 1],
    ])
    expect(policy.admit(failure('b'))).toBe('id-3')
  })

  it('cuts a summary that is a little over the size limit instead of dropping it', () => {
    const { policy, clock, sent } = bench()
    const size = 256 * 1024 - JSON.stringify(failure('boom')).length - 140
    const large = () => failure('boom', { metadata: { blob: 'y'.repeat(size) } })
    policy.admit(large())
    policy.admit(large())
    policy.reconfigure(settingsOf({ autoTruncate: false }))
    clock.advance(5000)
    expect(JSON.stringify(sent[0]).length).toBeGreaterThan(256 * 1024 - 20)
    expect(sent[1]?.metadata).toMatchObject({ dedupCount: 1, blob: expect.stringMatching(/ \[truncated\]$/) })
  })

  it('accounts for every occurrence: the logs sent and the counts of the summaries add up', () => {
    const step = fc.oneof(
      fc.record({ admit: fc.constantFrom('a', 'b', 'c', 'd') }),
      fc.record({ advance: fc.nat(6000) }),
      fc.record({ block: fc.nat(9000) }),
      fc.constant({ release: true }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { policy, clock, sent, ledger, dropped } = bench({ maxFingerprints: 3 })
        let written = 0
        for (const next of steps) {
          if ('admit' in next) {
            written += 1
            policy.admit(failure(next.admit))
          } else if ('advance' in next) clock.advance(next.advance)
          else if ('block' in next) clock.block(next.block)
          else policy.release()
        }
        policy.release()
        const counts = sent.map(({ metadata }) => metadata?.dedupCount ?? 1) as number[]
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(written)
        expect(written + ledger.written).toBe(sent.length + (dropped().duplicate ?? 0))
        clock.advance(5000)
        expect(clock.pending()).toBe(0)
      }),
    )
  })
})

describe('the texts that windows hold', () => {
  it('are bounded: the oldest window ends when they grow too long', () => {
    const ended: string[] = []
    const duplicates = createDuplicates({
      windowMs: () => 5000,
      maxFingerprints: () => 1000,
      maxTextLength: 10,
      clock: manualClock(),
      summarise: ({ id, count }) => ended.push(`${id}:${count}`),
    })
    duplicates.open('a', 'first', 'xxxxx')
    duplicates.hold('a')
    duplicates.open('b', 'second', 'xxxxx')
    expect(ended).toEqual([])
    duplicates.open('c', 'third', 'xxxxx')
    expect(ended).toEqual(['first:1'])
    expect(duplicates.hold('a')).toBeUndefined()
    expect(duplicates.hold('b')).toBe('second')
  })
})
