import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BeforeSend } from '../../src/config/options.js'
import type { Log } from '../../src/wire/log.js'
import { bench, deepFreeze, failure, info } from './support.js'

/** The logs that are sent when a hook returns this value. */
function returning(value: unknown, log = info()): { sent: Log[]; dropped: object } {
  const { policy, sent, dropped } = bench({ beforeSend: (() => value) as BeforeSend })
  policy.admit(log)
  return { sent, dropped: dropped() }
}

describe('beforeSend', () => {
  it('may change the log', () => {
    const beforeSend = (log: Log) => {
      log.message = 'changed'
      return { ...log, tags: ['vip'] }
    }
    const { policy, sent } = bench({ beforeSend })
    policy.admit(info())
    expect(sent[0]).toMatchObject({ message: 'changed', tags: ['vip'] })
  })

  it.each<[string, object, string | undefined]>([
    ['changes the user', { user: { id: '2' } }, '2'],
    ['takes the user away', { user: undefined }, undefined],
    ['leaves the user', {}, '1'],
    ['sets another user_id', { user: undefined, user_id: 'mine' }, 'mine'],
  ])('that %s changes user_id with it', (_, change, userId) => {
    const { policy, sent } = bench({ beforeSend: (log) => ({ ...log, ...change }) })
    policy.admit(info({ user: { id: '1' }, user_id: '1' }))
    expect(sent[0]?.user_id).toBe(userId)
  })

  it('may drop the log with null', () => {
    expect(returning(null)).toEqual({ sent: [], dropped: { before_send: 1 } })
  })

  it('drops its log when it throws', () => {
    const { policy, sent, dropped } = bench({
      beforeSend: () => {
        throw new Error('mine')
      },
    })
    expect(policy.admit(info())).toBe('')
    expect(sent).toEqual([])
    expect(dropped()).toEqual({ before_send_error: 1 })
  })

  it('drops its log when it is asynchronous, and its rejection does not end the process', async () => {
    const rejections: unknown[] = []
    const note = (reason: unknown) => rejections.push(reason)
    process.on('unhandledRejection', note)
    const { policy, dropped } = bench({
      beforeSend: (async () => Promise.reject('late')) as unknown as BeforeSend,
    })
    policy.admit(info())
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', note)
    expect(dropped()).toEqual({ before_send_error: 1 })
    expect(rejections).toEqual([])
  })

  const cycle: Record<string, unknown> = { ...info() }
  cycle.self = cycle
  it.each([
    ['nothing', undefined],
    ['true', true],
    ['a text', 'Order created'],
    ['a list', [info()]],
    ['a function', () => info()],
    ['an empty object', {}],
    ['a log without a message', { level: 'info', timestamp: '2026-11-23T02:10:06.062Z' }],
    ['a circular log', cycle],
    ['a BigInt', { ...info(), metadata: { big: 1n } }],
    ['an object whose JSON is a text', { ...info(), toJSON: () => 'text' }],
    ['an object without JSON', { ...info(), toJSON: () => undefined }],
    [
      'a getter that throws',
      Object.defineProperty(info(), 'message', { enumerable: true, get: () => JSON.parse('') }),
    ],
    ['a then that throws', Object.defineProperty(info(), 'then', { get: () => JSON.parse('') })],
  ])('drops its log when it returns %s', (_name, value) => {
    expect(returning(value)).toEqual({ sent: [], dropped: { before_send_error: 1 } })
  })

  it('that writes a log is not called for its own log', () => {
    const { policy, sent, dropped } = bench({
      beforeSend: (log) => {
        policy.admit(info({ message: 'from within' }))
        return log
      },
    })
    policy.admit(info())
    expect(sent.map(({ message }) => message)).toEqual(['Order created'])
    expect(dropped()).toEqual({ before_send_error: 1 })
  })

  it('is called again after it threw', () => {
    let calls = 0
    const { policy, sent } = bench({
      beforeSend: (log) => {
        calls += 1
        if (calls === 1) throw new Error('once')
        return log
      },
    })
    policy.admit(info())
    policy.admit(info())
    expect(sent).toHaveLength(1)
  })

  it('cannot change a log that is already queued', () => {
    const kept: Log[] = []
    const { policy, clock, sent } = bench({
      beforeSend: (log) => {
        kept.push(log)
        return log
      },
    })
    policy.admit(failure('boom'))
    policy.admit(failure('boom'))
    for (const log of kept) log.message = 'changed later'
    clock.advance(5000)
    expect(sent.map(({ message }) => message)).toEqual(['boom', 'boom'])
  })
})

describe('what beforeSend returns', () => {
  it('gets its missing required fields from the original', () => {
    const { sent } = returning({ message: 5, level: 'critical', timestamp: 'yesterday' }, failure())
    expect(sent[0]).toMatchObject({ message: '5', level: 'error', timestamp: '2026-11-23T02:10:06.062Z' })
  })

  it('may have its time in any valid form', () => {
    const time = new Date('2026-11-23T04:00:00.000Z')
    for (const timestamp of [time, time.getTime(), '2026-11-23T05:00:00+01:00']) {
      expect(returning({ ...info(), timestamp }).sent[0]?.timestamp).toBe('2026-11-23T04:00:00.000Z')
    }
  })

  it('is converted where that is unambiguous, and loses the field where it is not', () => {
    const { sent } = returning({
      ...info(),
      service: 7,
      environment: null,
      version: { major: 1 },
      user: { id: 42, email: null, plan: 'pro' },
      user_id: 42,
      tags: 'vip',
      notify_channels: [],
      notify: 'yes',
      metadata: ['x'],
      error: 'boom',
      request: { status_code: '200', url: '/x', duration_ms: 5 },
      perf: { duration_ms: Number.NaN, rows: 5, note: 'fast' },
      trace: { span_id: 's' },
      breadcrumbs: [
        null,
        'x',
        { message: 'no time' },
        { timestamp: '2026-11-23T04:00:00Z', level: 'loud', data: 1 },
      ],
    })
    expect(sent[0]).toEqual({
      ...info(),
      service: '7',
      user: { id: '42', plan: 'pro' },
      user_id: '42',
      tags: ['vip'],
      request: { url: '/x', duration_ms: 5 },
      perf: { rows: 5 },
      breadcrumbs: [
        {
          type: 'default',
          category: 'custom',
          message: '',
          level: 'info',
          timestamp: '2026-11-23T04:00:00.000Z',
        },
      ],
      metadata: { 'log.record.uid': 'id-1' },
    })
  })

  it('keeps an error legal', () => {
    const error = {
      message: 5,
      stack: null,
      line_number: '7',
      pre_context: ['a', 1, null],
      extra: { kept: true },
    }
    expect(returning({ ...failure(), error }).sent[0]?.error).toEqual({
      type: 'Error',
      message: '5',
      pre_context: ['a', '1'],
      extra: { kept: true },
    })
  })

  it('is never changed in place', () => {
    const value = deepFreeze({ ...info(), service: 7, user: { id: 1 }, breadcrumbs: [{}] })
    expect(returning(value).sent[0]).toMatchObject({ service: '7', user: { id: '1' }, breadcrumbs: [] })
  })

  it('is a legal log or a counted drop, whatever it is', () => {
    const names = [
      'level',
      'message',
      'timestamp',
      'metadata',
      'user',
      'tags',
      'error',
      'perf',
      'breadcrumbs',
      'trace',
    ]
    const anything = fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true })
    const almost = fc.dictionary(fc.constantFrom(...names, '__proto__', 'toJSON', 'then'), anything)
    fc.assert(
      fc.property(fc.oneof(anything, almost), (value) => {
        const { sent, dropped } = returning(value)
        const [log] = sent
        if (log === undefined) {
          expect(Object.values(dropped)).toEqual([1])
          return
        }
        expect(['debug', 'info', 'warn', 'error', 'fatal']).toContain(log.level)
        expect(typeof log.message).toBe('string')
        expect(log.timestamp).toMatch(/^[+-]?\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
        expect((log.tags ?? []).every((tag) => typeof tag === 'string')).toBe(true)
        expect(Object.values(log.perf ?? {}).every((number) => typeof number === 'number')).toBe(true)
        expect((log.breadcrumbs ?? []).every(({ message }) => typeof message === 'string')).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})
