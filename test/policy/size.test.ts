import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fits, truncate } from '../../src/policy/size.js'
import { MAX_LOG_BYTES } from '../../src/wire/limits.js'
import { type Breadcrumb, LOG_ID_KEY, type Log } from '../../src/wire/log.js'
import { bench, info } from './support.js'

const cut = (log: Log, maxBytes?: number) => truncate(JSON.stringify(log), maxBytes).log
const big = (length = MAX_LOG_BYTES) => 'x'.repeat(length)
const lines = (count: number, length = 40) =>
  Array.from({ length: count }, (_, at) => `${at} ${'l'.repeat(length)}`)
const crumb = (message: string): Breadcrumb => ({
  type: 'default',
  category: 'custom',
  message,
  level: 'info',
  timestamp: '2026-11-23T02:10:06.062Z',
})

describe('the size of a log', () => {
  it('is counted in bytes, and the limit itself still fits', () => {
    const room = MAX_LOG_BYTES - '""'.length
    expect(fits(JSON.stringify('x'.repeat(room)))).toBe(true)
    expect(fits(JSON.stringify('x'.repeat(room + 1)))).toBe(false)
    expect(fits(JSON.stringify('€'.repeat(room / 3)))).toBe(true)
    expect(fits(JSON.stringify('€'.repeat(room / 3 + 1)))).toBe(false)
  })

  it('drops a log over the limit unless it may be cut', () => {
    const { policy, sent, dropped } = bench()
    expect(policy.admit(info({ message: big() }))).toBe('')
    expect(sent).toEqual([])
    expect(dropped()).toEqual({ too_large: 1 })
  })

  it('cuts a log over the limit where that is allowed, and keeps its id', () => {
    const { policy, sent, dropped } = bench({ autoTruncate: true })
    expect(policy.admit(info({ message: big() }))).toBe('id-1')
    expect(sent[0]?.message).toBe(`${big(2000)} [truncated]`)
    expect(sent[0]?.metadata).toEqual({ [LOG_ID_KEY]: 'id-1' })
    expect(dropped()).toEqual({})
  })

  it('leaves a log that fits as it is', () => {
    const log = info({ error: { type: 'T', message: 'm', stack: lines(100).join('\n') } })
    expect(cut(log)).toEqual(log)
  })
})

describe('what is cut, in this order and no further than needed', () => {
  const stack = lines(2000).join('\n')
  const breadcrumbs = lines(30).map(crumb)
  const metadata = { text: 'm'.repeat(600), deep: { list: ['n'.repeat(600), 5] }, [LOG_ID_KEY]: 'id' }
  const context = { pre_context: lines(5), post_context: lines(5) }
  const whole = info({
    message: 'x'.repeat(3000),
    error: { type: 'T', message: 'm', stack, ...context },
    breadcrumbs,
    metadata,
    tags: lines(30),
    user: { id: 'u', about: 'a'.repeat(600) },
    service: 'shop',
    environment: 'production',
    trace: { trace_id: 't', span_id: 's' },
  })
  // Each step is written as a change to the step before.
  const stackCut = [...lines(2000).slice(0, 11), ...lines(2000).slice(-3)].join('\n')
  const error = { type: 'T', message: 'm', stack: stackCut, ...context }
  const shortTexts = {
    text: `${'m'.repeat(500)} [truncated]`,
    deep: { list: [`${'n'.repeat(500)} [truncated]`, 5] },
    [LOG_ID_KEY]: 'id',
  }
  const fewLines = { ...error, pre_context: lines(5).slice(-3), post_context: lines(5).slice(0, 3) }
  const { breadcrumbs: _, ...withoutBreadcrumbs } = whole
  const bare = {
    ...withoutBreadcrumbs,
    error: fewLines,
    message: `${'x'.repeat(2000)} [truncated]`,
    metadata: { [LOG_ID_KEY]: 'id' },
  }
  const short = (text: string) => text.slice(0, 500)
  const steps: [string, Log][] = [
    ['the stack', { ...whole, error }],
    ['breadcrumbs but the last 20', { ...whole, error, breadcrumbs: breadcrumbs.slice(-20) }],
    ['texts of the metadata', { ...whole, error, breadcrumbs: breadcrumbs.slice(-20), metadata: shortTexts }],
    [
      'source lines',
      { ...whole, error: fewLines, breadcrumbs: breadcrumbs.slice(-20), metadata: shortTexts },
    ],
    ['the message', { ...bare, breadcrumbs: breadcrumbs.slice(-20), metadata: shortTexts }],
    ['all metadata but the id', { ...bare, breadcrumbs: breadcrumbs.slice(-20) }],
    ['all breadcrumbs', bare],
    [
      'every other text and list',
      {
        ...bare,
        error: { ...fewLines, stack: short(stackCut) },
        tags: lines(30).slice(0, 20),
        user: { id: 'u', about: 'a'.repeat(500) },
      },
    ],
    [
      'all that is not needed',
      {
        level: 'info',
        message: bare.message,
        timestamp: whole.timestamp,
        service: 'shop',
        trace: { trace_id: 't', span_id: 's' },
        metadata: { [LOG_ID_KEY]: 'id' },
      },
    ],
  ]

  it.each(steps)('%s', (_name, expected) => {
    expect(cut(whole, Buffer.byteLength(JSON.stringify(expected)))).toEqual(expected)
  })

  it('each of these makes the log shorter', () => {
    const sizes = [whole, ...steps.map(([, log]) => log)].map((log) => JSON.stringify(log).length)
    expect(sizes).toEqual([...new Set(sizes)].sort((a, b) => b - a))
  })
})

describe('a cut text', () => {
  it('never ends in half a character', () => {
    const message = `${'x'.repeat(1999)}😀${big()}`
    expect(cut(info({ message })).message).toBe(`${'x'.repeat(1999)} [truncated]`)
    const whole = `${'x'.repeat(1998)}😀${big()}`
    expect(cut(info({ message: whole })).message).toBe(`${'x'.repeat(1998)}😀 [truncated]`)
  })

  it('is marked once, however often it is cut', () => {
    const message = `${'x'.repeat(1999)}😀${big()}`
    const once = cut(info({ message }))
    const again = cut({ ...once, device: { blob: big() } })
    expect(again.message).toBe(once.message)
  })
})

describe('a log that may be cut', () => {
  const text = fc.oneof(
    fc.string(),
    fc
      .constantFrom('x', '€', '😀', '\u0000', '\ud800', 'line\n')
      .chain((unit) => fc.nat(60_000).map((count) => unit.repeat(count))),
  )
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 3 },
      text,
      fc.integer(),
      fc.array(tie('any'), { maxLength: 3 }),
      fc.dictionary(text, tie('any'), { maxKeys: 3 }),
    ),
  })).any
  const object = fc.dictionary(fc.string(), value, { maxKeys: 3 })
  const log = fc.record(
    {
      level: fc.constantFrom('info', 'error', 'fatal'),
      message: text,
      timestamp: fc.constant('2026-11-23T02:10:06.062Z'),
      service: text,
      metadata: object,
      user: object,
      device: object,
      tags: fc.array(text, { maxLength: 30 }),
      trace: fc.record({ trace_id: text, span_id: text }),
      error: fc.record({
        type: text,
        message: text,
        stack: text,
        pre_context: fc.array(text, { maxLength: 6 }),
      }),
      fingerprint: text,
      breadcrumbs: fc.array(text.map(crumb), { maxLength: 30 }),
    },
    { requiredKeys: ['level', 'message', 'timestamp'] },
  )

  it('always arrives, within the limit, with its id', () => {
    fc.assert(
      fc.property(log, (input) => {
        const { policy, sent } = bench({ autoTruncate: true })
        const id = policy.admit(structuredClone(input) as Log)
        expect(sent).toHaveLength(1)
        expect(Buffer.byteLength(JSON.stringify(sent[0]))).toBeLessThanOrEqual(MAX_LOG_BYTES)
        expect(sent[0]).toMatchObject({ level: input.level, timestamp: input.timestamp })
        expect(sent[0]?.metadata?.[LOG_ID_KEY]).toBe(id)
      }),
      { numRuns: 60 },
    )
  })

  it('does not change when it is cut again', () => {
    fc.assert(
      fc.property(log, fc.integer({ min: 20_000, max: MAX_LOG_BYTES }), (input, maxBytes) => {
        const once = truncate(JSON.stringify(input), maxBytes)
        expect(fits(once.json, maxBytes)).toBe(true)
        expect(truncate(once.json, maxBytes).json).toBe(once.json)
      }),
      { numRuns: 60 },
    )
  })

  it('arrives although it is nested too deep to walk', () => {
    const deep = `${'['.repeat(4000)}${']'.repeat(4000)}`
    const json = JSON.stringify(info({ message: 'deep' })).replace(
      /}$/,
      `,"device":{"a":${deep},"b":"${big()}"}}`,
    )
    // The steps are compiled meanwhile, and reach deeper then.
    for (let n = 0; n < 100; n++) expect(truncate(json).log).toMatchObject({ message: 'deep' })
    expect(fits(truncate(json).json)).toBe(true)
  })
})
