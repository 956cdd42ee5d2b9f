import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Inbox, startInbox } from '../../src/testing/index.js'
import { batchOf, logWith, post, requestWith } from './support.js'

let inbox: Inbox

const crumb = (fields: Record<string, unknown> = {}) => ({
  type: 'default',
  category: 'custom',
  message: 'step',
  level: 'info',
  timestamp: '2026-11-23T10:00:00.000Z',
  ...fields,
})

beforeEach(async () => {
  inbox = await startInbox()
})

afterEach(() => inbox.close())

describe('a batch of logs', () => {
  it('is accepted, and its logs are stored unchanged', async () => {
    const log = logWith({ metadata: { a: { b: [1, null, 'ü'] } }, unknown_field: 1 })
    const answer = await post(`${inbox.apiUrl}/ingest`, batchOf(log, logWith({ level: 'debug' })))
    expect(answer.status).toBe(200)
    expect(answer.body).toMatchObject({ accepted: 2, rejected: 0, errors: [] })
    expect(inbox.logs()[0]).toEqual(log)
    expect(inbox.stats()).toMatchObject({ logs: 2, batches: 1, rejected: 0 })
  })

  it('that is repeated gets its first answer again and is not counted twice', async () => {
    const batch = batchOf(logWith(), logWith({ level: 'loud' }))
    const first = await post(`${inbox.apiUrl}/ingest`, batch)
    const second = await post(`${inbox.apiUrl}/ingest`, batch)
    expect(first.status).toBe(422)
    expect(second.status).toBe(422)
    expect(second.body).toEqual(first.body)
    expect(inbox.logs()).toHaveLength(1)
    expect(inbox.stats()).toMatchObject({ logs: 1, batches: 1, duplicateBatches: 1, rejected: 1 })
  })

  it('may be compressed with gzip', async () => {
    const packed = gzipSync(JSON.stringify(batchOf(logWith({ message: 'packed' }))))
    const headers = { 'x-api-key': 'k', 'content-encoding': 'gzip' }
    expect((await post(`${inbox.apiUrl}/ingest`, packed, headers)).status).toBe(200)
    expect(inbox.logs()[0]?.message).toBe('packed')
  })

  it('with some invalid logs is accepted for the rest, and each rejection names index, code and field', async () => {
    const answer = await post(
      `${inbox.apiUrl}/ingest`,
      batchOf(logWith({ level: 'loud' }), logWith(), logWith({ error: { type: 'E' } }), 'no log'),
    )
    expect(answer.status).toBe(422)
    expect(answer.body).toMatchObject({
      accepted: 1,
      rejected: 3,
      errors: [
        { index: 0, code: 'value', field: 'level' },
        { index: 2, code: 'required', field: 'error.message' },
        { index: 3, code: 'type', field: '' },
      ],
    })
    expect(inbox.stats()).toMatchObject({ logs: 1, rejected: 3 })
  })

  it.each([
    ['level', { level: undefined }],
    ['level', { level: 'INFO' }],
    ['message', { message: 5 }],
    ['timestamp', { timestamp: 'yesterday' }],
    ['timestamp', { timestamp: '2026-13-45T10:00:00.000Z' }],
    ['timestamp', { timestamp: 1_700_000_000_000 }],
    ['service', { service: null }],
    ['user.id', { user: { id: 5 } }],
    ['user_id', { user_id: 5 }],
    ['metadata', { metadata: [] }],
    ['tags.1', { tags: ['a', 1] }],
    ['tags', { tags: 'a' }],
    ['error', { error: 'broken' }],
    ['error.line_number', { error: { type: 'E', message: 'm', line_number: 1.5 } }],
    ['error.pre_context.0', { error: { type: 'E', message: 'm', pre_context: [1] } }],
    ['request.status_code', { request: { status_code: '200' } }],
    ['perf.duration_ms', { perf: { duration_ms: '5' } }],
    ['trace', { trace: 'abc' }],
    ['trace.trace_id', { trace: { span_id: 'def' } }],
    ['breadcrumbs.0.level', { breadcrumbs: [crumb({ level: 'x' })] }],
    ['breadcrumbs.1.timestamp', { breadcrumbs: [crumb(), crumb({ timestamp: '' })] }],
    ['notify', { notify: 'yes' }],
    ['notify_channels', { notify_channels: {} }],
    ['source', { source: 1 }],
    ['device', { device: 'phone' }],
    ['deploy.commit', { deploy: { commit: null } }],
    ['fingerprint', { fingerprint: 12 }],
    ['_sdk.version', { _sdk: { name: 'x' } }],
  ])('with a wrong %s is rejected with that field name', async (field, fields) => {
    const answer = await post(`${inbox.apiUrl}/ingest`, batchOf(logWith(fields)))
    expect(answer.status).toBe(422)
    expect(answer.body.errors).toMatchObject([{ index: 0, field }])
    expect(inbox.logs()).toHaveLength(0)
  })

  it('of more than 100 logs is rejected as a whole', async () => {
    const answer = await post(
      `${inbox.apiUrl}/ingest`,
      batchOf(...Array.from({ length: 101 }, () => logWith())),
    )
    expect(answer.status).toBe(422)
    expect(answer.body).toMatchObject({
      accepted: 0,
      rejected: 101,
      errors: [{ index: 100, code: 'too_many' }],
    })
    expect(inbox.logs()).toHaveLength(0)
  })

  it('with a log over 256 KiB is refused with 413, and no log of it is stored', async () => {
    const answer = await post(
      `${inbox.apiUrl}/ingest`,
      batchOf(logWith(), logWith({ message: 'x'.repeat(262_144) })),
    )
    expect(answer.status).toBe(413)
    expect(answer.body.errors).toMatchObject([{ index: 1, code: 'log_too_large' }])
    expect(inbox.logs()).toHaveLength(0)
  })

  it('with a log nested too deeply is rejected for that log', async () => {
    const deep = `{"level":"info","message":"m","timestamp":"2026-11-23T10:00:00.000Z","metadata":{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}}`
    const answer = await post(`${inbox.apiUrl}/ingest`, `{"batch_id":"deep","logs":[${deep}]}`)
    expect(answer.body.errors).toMatchObject([{ index: 0, code: 'too_deep' }])
  })

  it('keeps keys called __proto__ and constructor as data', async () => {
    const log =
      '{"level":"info","message":"m","timestamp":"2026-11-23T10:00:00.000Z","metadata":{"__proto__":{"x":1},"constructor":2}}'
    expect((await post(`${inbox.apiUrl}/ingest`, `{"batch_id":"proto","logs":[${log}]}`)).status).toBe(200)
    expect(JSON.stringify(inbox.logs()[0])).toBe(log)
    expect(({} as { x?: number }).x).toBeUndefined()
  })

  it.each([
    ['is not JSON', '{"batch_id":'],
    ['is not an object', '[]'],
    ['is null', 'null'],
    ['has no logs', '{"batch_id":"b"}'],
    ['has no batch id', '{"logs":[]}'],
    ['is not UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22])],
  ])('whose body %s is refused with 400', async (_what, body) => {
    expect((await post(`${inbox.apiUrl}/ingest`, body)).status).toBe(400)
  })
})

describe('request entries', () => {
  it('are accepted', async () => {
    const entry = requestWith()
    expect((await post(`${inbox.apiUrl}/ingest/requests`, { requests: [entry] })).status).toBe(200)
    expect(inbox.requests()).toEqual([entry])
  })

  it('that are repeated count once, by service, request id and timestamp', async () => {
    const entry = requestWith({ request_id: 'r1' })
    const others = [requestWith({ request_id: 'r2' }), requestWith({ request_id: 'r1', service: 'other' })]
    await post(`${inbox.apiUrl}/ingest/requests`, { requests: [entry] })
    const again = await post(`${inbox.apiUrl}/ingest/requests`, { requests: [entry, ...others] })
    expect(again.status).toBe(200)
    expect(inbox.requests()).toHaveLength(3)
    expect(inbox.stats()).toMatchObject({ requests: 3, duplicateRequests: 1 })
  })

  it('that are invalid are rejected one by one', async () => {
    const answer = await post(`${inbox.apiUrl}/ingest/requests`, {
      requests: [requestWith({ status_code: '200' }), requestWith(), requestWith({ path: undefined })],
    })
    expect(answer.status).toBe(422)
    expect(answer.body).toMatchObject({
      accepted: 1,
      rejected: 2,
      errors: [
        { index: 0, field: 'status_code' },
        { index: 2, field: 'path', code: 'required' },
      ],
    })
  })

  it('in a body of another form are refused with 400', async () => {
    expect((await post(`${inbox.apiUrl}/ingest/requests`, { entries: [] })).status).toBe(400)
  })
})

describe('the other calls', () => {
  it('accept a heartbeat without a key and with the body null', async () => {
    expect((await post(`${inbox.apiUrl}/heartbeat/tok123`, 'null', {})).status).toBe(200)
    expect((await post(`${inbox.apiUrl}/heartbeat/tok123`, '', {})).status).toBe(200)
    expect(inbox.heartbeats()).toMatchObject([{ token: 'tok123', count: 2 }])
    expect((await post(`${inbox.apiUrl}/heartbeat/`, 'null', {})).status).toBe(404)
  })

  it('accept a feedback', async () => {
    const feedback = {
      event_id: 'e',
      comments: 'froze',
      name: 'Alice',
      email: null,
      url: null,
      screenshot: null,
    }
    expect((await post(`${inbox.apiUrl}/feedback`, feedback)).status).toBe(200)
    expect(inbox.feedback()).toEqual([feedback])
    const wrong = await post(`${inbox.apiUrl}/feedback`, { ...feedback, comments: 7 })
    expect(wrong.status).toBe(422)
    expect(wrong.body.errors).toMatchObject([{ field: 'comments' }])
  })

  it('accept a release and answer with its id', async () => {
    const answer = await post(`${inbox.apiUrl}/releases/register`, { version: '2.1.0', services: ['shop'] })
    expect(answer.status).toBe(200)
    expect(answer.body).toMatchObject({ release_id: expect.stringMatching(/^rel_/), version: '2.1.0' })
    expect((await post(`${inbox.apiUrl}/releases/register`, { services: [] })).status).toBe(422)
  })

  it('answer 404 at an unknown address, and 405 for another method', async () => {
    expect((await post(`${inbox.apiUrl}/logs`, {})).status).toBe(404)
    const got = await fetch(`${inbox.apiUrl}/ingest`)
    expect(got.status).toBe(405)
    expect(got.headers.get('allow')).toBe('POST')
  })
})
