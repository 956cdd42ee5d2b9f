import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LEVELS, type Level } from '../../src/wire/level.js'
import type { Log } from '../../src/wire/log.js'
import { bench, deepFreeze, failure, info, settingsOf } from './support.js'

describe('whether a log is wanted', () => {
  it('accepts every level by default', () => {
    const { policy, dropped } = bench()
    expect(LEVELS.every((level) => policy.wants(level))).toBe(true)
    expect(dropped()).toEqual({})
  })

  it('refuses every log when the client is disabled', () => {
    const { policy, dropped } = bench({ enabled: false })
    expect(policy.wants('fatal')).toBe(false)
    expect(dropped()).toEqual({ disabled: 1 })
  })

  it('refuses logs below the minimum level', () => {
    const { policy, dropped } = bench({ minLevel: 'warn' })
    expect(LEVELS.filter((level) => policy.wants(level))).toEqual(['warn', 'error', 'fatal'])
    expect(dropped()).toEqual({ min_level: 2 })
  })

  it('refuses a level that does not exist', () => {
    const { policy, dropped } = bench()
    expect(policy.wants('verbose' as Level)).toBe(false)
    expect(dropped()).toEqual({ invalid: 1 })
  })

  it('checks that the level exists, then whether the client is enabled, then the minimum level', () => {
    const { policy, dropped } = bench({ enabled: false, minLevel: 'error' })
    policy.setSampleRates({ info: 0 })
    policy.wants('nonsense' as Level)
    policy.wants('info')
    expect(dropped()).toEqual({ invalid: 1, disabled: 1 })
  })

  it('follows new settings at once', () => {
    const { policy } = bench()
    policy.reconfigure(settingsOf({ minLevel: 'error' }))
    expect(policy.wants('info')).toBe(false)
  })
})

describe('the service’s sample rates', () => {
  it('send their share of a level and all of the other levels', () => {
    const rolls = [0.05, 0.0999, 0.1, 0.9]
    const { policy, dropped } = bench({ random: () => rolls.shift() ?? 1 })
    policy.setSampleRates({ debug: 0.1 })
    expect([1, 2, 3, 4].map(() => policy.wants('debug'))).toEqual([true, true, false, false])
    expect(policy.wants('info')).toBe(true)
    expect(dropped()).toEqual({ sampled: 2 })
  })

  it('send nothing at zero and everything at one', () => {
    const { policy } = bench({ random: () => 0 })
    policy.setSampleRates({ debug: 0, info: 1 })
    expect(policy.wants('debug')).toBe(false)
    expect(policy.wants('info', 0.999999)).toBe(true)
  })

  it('use the caller’s number instead of a random one when it is given', () => {
    const { policy } = bench({ random: () => 0.99 })
    policy.setSampleRates({ info: 0.5 })
    expect(policy.wants('info', 0.4)).toBe(true)
    expect(policy.wants('info', 0.6)).toBe(false)
  })

  it('hold for ten minutes after the service has last named them', () => {
    const { policy, clock } = bench()
    policy.setSampleRates({ info: 0, debug: 0 })
    clock.advance(6 * 60_000)
    policy.setSampleRates({ info: 0, debug: Number.NaN })
    clock.advance(4 * 60_000 - 1)
    expect([policy.wants('info'), policy.wants('debug')]).toEqual([false, false])
    clock.advance(1)
    expect([policy.wants('info'), policy.wants('debug')]).toEqual([false, true])
    clock.advance(6 * 60_000)
    expect(policy.wants('info')).toBe(true)
  })

  it('are replaced as a whole by the next rates of the service', () => {
    const { policy } = bench()
    policy.setSampleRates({ debug: 0 })
    policy.setSampleRates({ info: 0 })
    expect(policy.wants('debug')).toBe(true)
    expect(policy.wants('info')).toBe(false)
  })

  it.each([[{ info: Number.NaN }], [{ info: -1 }], [{ info: 2 }], [{ info: '0' }], [null], ['0']])(
    'are ignored when they are invalid: %j',
    (rates) => {
      const { policy } = bench()
      policy.setSampleRates({ info: 0.7 })
      policy.setSampleRates(rates as Record<string, number>)
      expect(policy.wants('info', 0.69)).toBe(true)
    },
  )
})

describe('a log’s id', () => {
  it('is returned and sent in the metadata', () => {
    const { policy, sent } = bench()
    expect(policy.admit(info({ metadata: { order: 1 } }))).toBe('id-1')
    expect(sent[0]?.metadata).toEqual({ order: 1, 'log.record.uid': 'id-1' })
  })

  it('is the log’s own when it has one', () => {
    const { policy, sent } = bench()
    expect(policy.admit(info({ metadata: { 'log.record.uid': 'mine' } }))).toBe('mine')
    expect(sent[0]?.metadata).toEqual({ 'log.record.uid': 'mine' })
  })

  it('is never written into metadata that logs share', () => {
    const { policy, sent } = bench()
    const metadata = deepFreeze({ region: 'eu' })
    const ids = [policy.admit(info({ metadata })), policy.admit(info({ metadata }))]
    expect(sent.map((log) => log.metadata?.['log.record.uid'])).toEqual(ids)
    expect(new Set(ids).size).toBe(2)
  })

  it('stays when a hook removes it', () => {
    const { policy, sent } = bench({ beforeSend: ({ metadata: _, ...log }) => log })
    const id = policy.admit(info())
    expect(id).toBe('id-1')
    expect(sent[0]?.metadata).toEqual({ 'log.record.uid': 'id-1' })
  })

  it.each([[''], ['x'.repeat(201)], [7], [null]])('replaces an invalid id: %j', (input) => {
    const { policy, sent } = bench()
    expect(policy.admit(info({ metadata: { 'log.record.uid': input } }))).toBe('id-1')
    expect(sent[0]?.metadata?.['log.record.uid']).toBe('id-1')
  })
})

describe('the order of policy', () => {
  it('passes hooks a log that is scrubbed, redacted and has its fingerprint', () => {
    const seen: Log[] = []
    const beforeSend = (log: Log) => {
      seen.push(structuredClone(log))
      return log
    }
    const { policy } = bench({ redact: ['email'], beforeSend })
    policy.admit(failure('mail bob@x.org', { request: { url: '/x?token=1' } }), { beforeSend })
    expect(seen).toHaveLength(2)
    for (const log of seen) {
      expect(log).toMatchObject({
        message: 'mail [REDACTED]',
        request: { url: '/x?token=[SCRUBBED]' },
        fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      })
    }
  })

  it('runs the log’s own hook before the one of the settings', () => {
    const add = (word: string) => (log: Log) => ({ ...log, message: `${log.message} ${word}` })
    const { policy, sent } = bench({ beforeSend: add('global') })
    policy.admit(info(), { beforeSend: add('own') })
    expect(sent[0]?.message).toBe('Order created own global')
  })

  it('does not call the second hook for a log that the first dropped', () => {
    const { policy, sent, dropped } = bench({ beforeSend: () => info({ message: 'again' }) })
    expect(policy.admit(info(), { beforeSend: () => null })).toBe('')
    expect(sent).toEqual([])
    expect(dropped()).toEqual({ before_send: 1 })
  })

  it('calls hooks for every occurrence, before the duplicate window holds one back', () => {
    let calls = 0
    const beforeSend = (log: Log) => {
      calls += 1
      return log
    }
    const { policy, sent } = bench({ beforeSend })
    policy.admit(failure())
    policy.admit(failure())
    expect(calls).toBe(2)
    expect(sent).toHaveLength(1)
  })

  it('opens no duplicate window for an error that was too large to be sent', () => {
    const { policy, dropped } = bench()
    const large = () => failure('boom', { metadata: { blob: 'y'.repeat(300_000) } })
    expect([policy.admit(large()), policy.admit(large())]).toEqual(['', ''])
    expect(dropped()).toEqual({ too_large: 2 })
  })
})

describe('a request entry', () => {
  const entry = {
    method: 'GET',
    path: '/orders?token=abc',
    status_code: 200,
    duration_ms: 1.5,
    request_id: '4111111111111111',
    user_agent: 'curl bob@x.org',
    timestamp: '2026-11-23T02:10:06.062Z',
  }

  it('is scrubbed and redacted, and the caller’s object is not changed', () => {
    const { policy } = bench({ redact: ['email', 'creditCard'] })
    const json = policy.admitRequest(deepFreeze({ ...entry }))
    expect(JSON.parse(json ?? '')).toEqual({
      ...entry,
      path: '/orders?token=[SCRUBBED]',
      user_agent: 'curl [REDACTED]',
      request_id: '[REDACTED]',
    })
  })

  it('keeps the request id that this package generated', () => {
    const { policy } = bench({ redact: ['creditCard'] })
    const json = policy.admitRequest(entry, { ownRequestId: true })
    expect(JSON.parse(json ?? '')).toMatchObject({ request_id: entry.request_id })
  })

  it('is dropped when nothing is enabled', () => {
    const { policy, dropped } = bench({ enabled: false })
    expect(policy.admitRequest(entry)).toBeUndefined()
    expect(dropped()).toEqual({ disabled: 1 })
  })

  it('is dropped when too large, or cut where that is allowed', () => {
    const large = { ...entry, user_agent: 'é'.repeat(200_000) }
    const strict = bench()
    expect(strict.policy.admitRequest(large)).toBeUndefined()
    expect(strict.dropped()).toEqual({ too_large: 1 })
    const json = bench({ autoTruncate: true }).policy.admitRequest(large)
    expect(JSON.parse(json ?? '')).toMatchObject({ user_agent: 'é'.repeat(500), status_code: 200 })
  })
})

describe('whatever comes in', () => {
  const names = ['level', 'message', 'metadata', 'error', 'request', 'perf', 'user', 'tags', 'breadcrumbs']
  const anything = fc.object({
    key: fc.oneof(fc.constantFrom(...names, 'trace', 'data', 'url', '__proto__', 'constructor'), fc.string()),
    withBigInt: true,
    withNullPrototype: true,
  })

  it('is sent or counted, and nothing throws', () => {
    const { policy, sent, dropped } = bench({ redact: ['email', 'creditCard', /x*/], autoTruncate: true })
    let written = 0
    fc.assert(
      fc.property(anything, (fields) => {
        written += 1
        const id = policy.admit({ ...info(), ...fields } as unknown as Log)
        expect(typeof id).toBe('string')
        policy.admitRequest(fields as never)
      }),
    )
    const { hook_error: failed = 0, ...others } = dropped()
    expect(others).toEqual({})
    expect(sent.length).toBeLessThanOrEqual(written)
    expect(sent.length + failed).toBeGreaterThanOrEqual(written)
  })

  it('counts a log that JSON refuses instead of throwing', () => {
    const { policy, sent, dropped } = bench()
    const metadata: Record<string, unknown> = {}
    metadata.self = metadata
    expect(policy.admit(info({ metadata }))).toBe('')
    expect(sent).toEqual([])
    expect(dropped()).toEqual({ hook_error: 1 })
  })
})
