import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RecentMap } from '../../src/inbox/data/recent-map.js'
import { Ring } from '../../src/inbox/data/ring.js'
import { SlidingWindow } from '../../src/inbox/data/sliding-window.js'
import { type Inbox, startInbox } from '../../src/testing/index.js'
import { call, logWith, post } from './support.js'

let inbox: Inbox

beforeAll(async () => {
  inbox = await startInbox({ maxLogs: 50 })
})

afterAll(() => inbox.close())

/** Logs in which any field may have any value. */
const almostLog = fc
  .dictionary(
    fc.constantFrom(
      'level',
      'message',
      'timestamp',
      'user',
      'tags',
      'error',
      'trace',
      'perf',
      'breadcrumbs',
      '__proto__',
    ),
    fc.oneof(fc.jsonValue(), fc.constantFrom('error', '2026-11-23T10:00:00.000Z')),
  )
  .map((fields) => ({ ...logWith(), ...fields }))

describe('any input', () => {
  it('is checked log by log, and accepted plus rejected is the size of the batch', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uuid(),
        fc.array(fc.oneof(almostLog, fc.jsonValue()), { maxLength: 8 }),
        async (id, logs) => {
          const answer = await post(`${inbox.apiUrl}/ingest`, { batch_id: id, logs })
          const { accepted, rejected, errors } = answer.body as {
            accepted: number
            rejected: number
            errors: unknown[]
          }
          expect(accepted + rejected).toBe(logs.length)
          expect(errors).toHaveLength(rejected)
          expect(answer.status).toBe(rejected === 0 ? 200 : 422)
        },
      ),
      { numRuns: 200 },
    )
    for (const list of ['logs', 'requests', 'errors', 'alerts', 'stats', 'logs?q=a', 'errors?service=a']) {
      expect((await call(`${inbox.url}/inbox/api/${list}`)).status).toBe(200)
    }
  })

  it('to any address, as any body, gets an answer other than 500', async () => {
    const addresses = [
      'ingest',
      'ingest/requests',
      'feedback',
      'releases/register',
      'heartbeat/x',
      'heartbeat/%00',
      '',
    ]
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...addresses),
        fc.oneof(fc.string(), fc.json()),
        async (address, body) => {
          expect((await post(`${inbox.apiUrl}/${address}`, body)).status).toBeLessThan(500)
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe('the bounded collections', () => {
  it('a ring has the newest values that fit, in the order of arrival', () => {
    const weights = fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 300 })
    fc.assert(
      fc.property(
        weights,
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 500 }),
        (all, count, weight) => {
          const ring = new Ring<number>(count, weight)
          all.forEach((value, index) => {
            ring.push(index, value, 0)
          })
          const held = ring.values()
          expect(held).toEqual(all.map((_, index) => index).slice(all.length - held.length))
          const sum = held.reduce((total, index) => total + (all[index] ?? 0), 0)
          expect(ring.weight).toBe(sum)
          expect(sum).toBeLessThanOrEqual(weight)
          expect(held.length).toBeLessThanOrEqual(count)
          const next = all[all.length - held.length - 1]
          if (next !== undefined && held.length < count) expect(sum + next).toBeGreaterThan(weight)
          expect(Array.from(ring.newestFirst(), (entry) => entry.value)).toEqual([...held].reverse())
        },
      ),
    )
  })

  it('a recent map has the keys used last', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 30 })),
        fc.integer({ min: 1, max: 20 }),
        (keys, count) => {
          const map = new RecentMap<number>(count)
          for (const key of keys) if (map.get(`${key}`) === undefined) map.set(`${key}`, key)
          const recent = [...new Set([...keys].reverse())].slice(0, count)
          expect([...map.values()].reverse()).toEqual(recent)
        },
      ),
    )
  })

  it('a sliding window counts at least the window less one part, and at most the window', () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 1, max: 5 })))
    fc.assert(
      fc.property(steps, (all) => {
        const window = new SlidingWindow(1000, 10)
        let now = 1_000_000
        const added: [at: number, count: number][] = []
        for (const [step, count] of all) {
          now += step
          window.add(now, count)
          added.push([now, count])
          const since = (ms: number) => added.reduce((sum, [at, n]) => (at > now - ms ? sum + n : sum), 0)
          const total = window.total(now)
          expect(total).toBeGreaterThanOrEqual(since(900))
          expect(total).toBeLessThanOrEqual(since(1000))
          expect(window.parts(now).reduce((sum, n) => sum + n, 0)).toBe(total)
        }
      }),
    )
  })
})
