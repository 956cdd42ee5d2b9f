import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Inbox, startInbox } from '../../src/testing/index.js'
import { batchOf, logWith, post, until } from './support.js'

let inbox: Inbox
let now = 0
let chance = 0

beforeEach(async () => {
  now = Date.parse('2026-11-23T10:00:00.000Z')
  chance = 0
  inbox = await startInbox({ now: () => now, random: () => chance })
})

afterEach(() => inbox.close())

const send = (...logs: unknown[]) => post(`${inbox.apiUrl}/ingest`, batchOf(...logs))

describe('a fault', () => {
  it('answers with its status and stores nothing, until the fault is turned off', async () => {
    inbox.faults({ status: 503 })
    const batch = batchOf(logWith())
    expect((await post(`${inbox.apiUrl}/ingest`, batch)).status).toBe(503)
    expect((await post(`${inbox.apiUrl}/heartbeat/t`, '')).status).toBe(503)
    expect(inbox.logs()).toHaveLength(0)
    inbox.faults({})
    expect((await post(`${inbox.apiUrl}/ingest`, batch)).status).toBe(200)
    expect(inbox.logs()).toHaveLength(1)
    expect(inbox.stats()).toMatchObject({ faulted: 2, duplicateBatches: 0 })
  })

  it('sends Retry-After, in seconds or as a date', async () => {
    inbox.faults({ status: 503, retryAfter: 7 })
    expect((await send(logWith())).headers.get('retry-after')).toBe('7')
    inbox.faults({ retryAfter: 'Mon, 23 Nov 2026 10:01:00 GMT' })
    const answer = await send(logWith())
    expect(answer.status).toBe(429)
    expect(answer.headers.get('retry-after')).toBe('Mon, 23 Nov 2026 10:01:00 GMT')
  })

  it('affects the share of calls in rate', async () => {
    inbox.faults({ status: 500, rate: 0.25 })
    chance = 0.24
    expect((await send(logWith())).status).toBe(500)
    chance = 0.25
    expect((await send(logWith())).status).toBe(200)
  })

  it('ends by itself', async () => {
    inbox.faults({ status: 500, forMs: 1000 })
    now += 999
    expect((await send(logWith())).status).toBe(500)
    now += 1
    expect((await send(logWith())).status).toBe(200)
    expect(inbox.faults()).toEqual({})
  })

  it('cuts the connection, before or after the batch is stored', async () => {
    inbox.faults({ reset: true })
    await expect(send(logWith())).rejects.toThrow()
    expect(inbox.logs()).toHaveLength(0)
    inbox.faults({ reset: 'after' })
    const batch = batchOf(logWith())
    await expect(post(`${inbox.apiUrl}/ingest`, batch)).rejects.toThrow()
    expect(inbox.logs()).toHaveLength(1)
    inbox.faults({})
    expect((await post(`${inbox.apiUrl}/ingest`, batch)).status).toBe(200)
    expect(inbox.logs()).toHaveLength(1)
  })

  it('delays the answer and stores the batch at once', async () => {
    inbox.faults({ delayMs: 600_000 })
    const answers: unknown[] = []
    const sent = send(logWith()).then((answer) => answers.push(answer))
    await until(() => inbox.logs().length === 1, 'the log is held')
    expect(answers).toEqual([])
    await inbox.close()
    await expect(sent).rejects.toThrow()
    inbox = await startInbox()
    inbox.faults({ delayMs: 1 })
    expect((await send(logWith())).status).toBe(200)
  })

  it('rejects every nth log, counted across batches', async () => {
    inbox.faults({ rejectEvery: 3 })
    expect((await send(logWith(), logWith())).status).toBe(200)
    const answer = await send(logWith(), logWith())
    expect(answer.status).toBe(422)
    expect(answer.body).toMatchObject({ accepted: 1, rejected: 1, errors: [{ index: 0, code: 'fault' }] })
    expect(inbox.stats()).toMatchObject({ logs: 3, rejected: 1 })
  })

  it('of status 422 rejects each log of a batch', async () => {
    inbox.faults({ status: 422 })
    expect((await send(logWith(), logWith())).body).toMatchObject({ accepted: 0, rejected: 2 })
  })

  it('sends sample rates with every answer', async () => {
    inbox.faults({ sampleRates: { debug: 0.1 } })
    const answer = await send(logWith())
    expect(JSON.parse(answer.headers.get('x-lognitor-sample-rates') ?? '')).toEqual({ debug: 0.1 })
    expect(inbox.stats().faulted).toBe(0)
  })

  it('that does not exist or makes no sense is refused', () => {
    expect(() => inbox.faults({ status: 42 })).toThrow(/status/)
    expect(() => inbox.faults({ statsu: 500 } as object)).toThrow(/statsu/)
  })
})

it.each<[object, RegExp]>([
  [{ rate: 3 }, /^Fault "rate": expected a number from 0 to 1, got 3\.$/],
  [{ reset: 'before' }, /^Fault "reset": expected true, false or "after", got "before"\.$/],
  [{ sampleRates: { debug: 2 } }, /^Fault "sampleRates": expected .* got \{ debug: 2 \}\.$/],
  [{ stauts: 503 }, /^There is no fault "stauts"\. Known are: status, retryAfter, /],
])('a wrong fault is refused in code and over HTTP: %j', async (wrong, words) => {
  expect(() => inbox.faults(wrong)).toThrow(words)
  const answer = await fetch(`${inbox.url}/inbox/api/faults`, { method: 'PUT', body: JSON.stringify(wrong) })
  expect(answer.status).toBe(400)
  expect(await answer.json()).toEqual({ message: expect.stringMatching(words) })
})
