import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Log } from '../../src/wire/log.js'
import { bench, deepFreeze, info } from './support.js'

const R = '[REDACTED]'
const CARD = 4111111111111111

/** The log that is sent for this one, without its id. */
function redacted(log: Log, redact: readonly unknown[] = ['email', 'creditCard'], ownRequestId = false): Log {
  const { policy, sent } = bench({ redact })
  policy.admit(log, { ownRequestId })
  const [out] = sent
  if (out === undefined) throw new Error('nothing came out')
  if (out.metadata !== undefined) delete out.metadata['log.record.uid']
  return out
}

describe('a redacted log', () => {
  it('equals the official client’s for the same log', () => {
    const log = info({
      message: 'mail a@b.co',
      metadata: { nested: { list: ['4111 1111 1111 1111', 5] } },
      user: { id: 'u', email: 'kept@x.org' },
      user_id: 'u',
    })
    expect(redacted(log)).toEqual({
      ...log,
      message: `mail ${R}`,
      metadata: { nested: { list: [R, 5] } },
    })
  })

  it('is the same whether short texts and small numbers are read or skipped', () => {
    const names = ['email', 'creditCard', 'ssn', 'bearer']
    // A pattern of the application may match anything, so nothing is skipped because of it. This one matches nothing.
    const reading = [...names, /(?!)/]
    const text = fc.oneof(
      fc.string({ maxLength: 9 }),
      fc.stringMatching(/^[a-d@.]{1,9}$/),
      fc.stringMatching(/^[0-9-]{1,16}$/),
      fc.string({ maxLength: 9 }).map((inner) => Buffer.from(inner).toString('base64')),
    )
    const value = fc.oneof(
      text,
      fc.integer(),
      fc.maxSafeInteger(),
      fc.integer({ min: -5, max: 5 }).map((n) => 1e12 + n),
    )
    fc.assert(
      fc.property(fc.array(value), text, (list, message) => {
        const log = () => info({ message, metadata: { list }, perf: { a: 41, b: CARD } })
        expect(redacted(log(), names)).toEqual(redacted(log(), reading))
      }),
      { numRuns: 500 },
    )
  })

  it('has no match left in any of its texts', () => {
    const text = 'of bob@x.org'
    const log = info({
      message: text,
      service: text,
      hostname: text,
      user: { id: text, name: text, deep: { email: text } },
      user_id: text,
      session_id: text,
      request_id: text,
      action: text,
      metadata: { a: [[{ b: text }]], email: text },
      tags: [text],
      error: { type: text, message: text, stack: text, context_line: text, pre_context: [text] },
      request: { url: `/?m=${encodeURIComponent('bob@x.org')}`, user_agent: text },
      deploy: { branch: text },
      breadcrumbs: [
        {
          type: text,
          category: text,
          message: text,
          level: 'info',
          timestamp: '2026-11-23T02:10:06.062Z',
          data: { deep: [text] },
        },
      ],
      notify_channels: [text],
      source: text,
      device: { name: text },
    })
    expect(JSON.stringify(redacted(log))).not.toMatch(/bob/)
  })

  it('keeps the fields that the schema needs, whatever they look like', () => {
    const needed = {
      timestamp: '2026-11-23T02:10:06.062Z',
      trace: { trace_id: '41111111111111114111111111111111', span_id: '4111111111111111' },
      fingerprint: '4111111111111111',
      release_id: '4111111111111111',
      request_id: '550e8400-e29b-41d4-a716-446655440000',
      user: { id: 'u', email: 'bob@x.org' },
      error: { type: 'T', message: 'm', line_number: CARD },
      request: { status_code: CARD, duration_ms: CARD },
      perf: { duration_ms: CARD, memory_mb: CARD },
      _sdk: { name: 'a@b.co', version: '1' },
    }
    const everything = ['email', 'creditCard', /\d+/, /T|Z/]
    const breadcrumbs = [
      {
        type: 'x',
        category: 'x',
        message: 'x',
        level: 'info' as const,
        timestamp: '2026-11-23T02:10:06.062Z',
      },
    ]
    const log = info({ message: 'x', ...needed, breadcrumbs, error: { ...needed.error, type: 'x' } })
    expect(redacted(structuredClone(log), everything, true)).toMatchObject(log)
  })

  it('keeps its id', () => {
    const { policy, sent } = bench({ redact: ['creditCard'] })
    const id = '00000000-0000-4111-8111-446655440000'
    expect(policy.admit(info({ metadata: { 'log.record.uid': id, other: id } }))).toBe(id)
    expect(sent[0]?.metadata?.['log.record.uid']).toBe(id)
    expect(sent[0]?.metadata?.other).toContain(R)
  })

  it('loses a request id that the client sent and that looks like a card number', () => {
    expect(redacted(info({ request_id: String(CARD) })).request_id).toBe(R)
    expect(redacted(info({ request_id: String(CARD) }), ['creditCard'], true).request_id).toBe(String(CARD))
  })

  it('loses card numbers given as numbers, and keeps other numbers', () => {
    const metadata = {
      card: CARD,
      minus: -CARD,
      list: [CARD],
      ms: 1763862000000,
      n: 5,
      x: 0.00286102294921875,
      z: -0,
    }
    expect(redacted(info({ metadata: { ...metadata } })).metadata).toEqual({
      ...metadata,
      card: R,
      minus: `-${R}`,
      list: [R],
      z: 0,
    })
  })

  it('leaves out measurements that are card numbers, because a mark would be illegal there', () => {
    expect(redacted(info({ perf: { card: CARD, rows: 5 } })).perf).toEqual({ rows: 5 })
  })

  it('keeps its keys without marks', () => {
    const metadata = JSON.parse('{"bob@x.org":1,"__proto__":"a@b.co","constructor":"a@b.co"}')
    const out = redacted(info({ metadata })).metadata
    expect(JSON.stringify(out)).toBe(`{"bob@x.org":1,"__proto__":"${R}","constructor":"${R}"}`)
  })

  it('is marked below the greatest depth that is searched', () => {
    let metadata: Record<string, unknown> = { mail: 'bob@x.org' }
    for (let depth = 0; depth < 500; depth += 1) metadata = { deeper: metadata }
    const json = JSON.stringify(redacted(info({ metadata })))
    expect(json).not.toContain('bob')
    expect(json.split('deeper').length).toBeLessThan(110)
    expect(json).toContain(R)
  })

  it('leaves objects that logs share unchanged', () => {
    const anything = fc.object({ key: fc.constantFrom('url', 'data', 'email', 'id'), maxDepth: 4 })
    fc.assert(
      fc.property(anything, anything, (metadata, data) => {
        const breadcrumb = { type: 'a', category: 'b', message: 'to bob@x.org', level: 'info' as const }
        const shared = deepFreeze({
          metadata,
          user: { id: 'bob@x.org', ...data },
          tags: ['a@b.co'],
          breadcrumbs: [{ ...breadcrumb, timestamp: '2026-11-23T02:10:06.062Z', data }],
        })
        expect(redacted(info({ ...shared } as Partial<Log>), ['email', /\w/]).tags).toEqual([
          expect.stringContaining(R),
        ])
      }),
    )
  })
})
