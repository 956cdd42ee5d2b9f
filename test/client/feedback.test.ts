import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { LognitorClient } from '../../src/client/client.js'
import { LOG_ID_KEY } from '../../src/wire/log.js'
import { KEY, type OnClock, onClock, startWatchedInbox, type WatchedInbox } from './support.js'

let watched: WatchedInbox
let rig: OnClock

beforeAll(async () => {
  watched = await startWatchedInbox()
})
afterAll(() => watched.close())
beforeEach(async () => {
  rig = await onClock()
})
afterEach(() => rig.close())

const calls = () => rig.vendor.seen.filter(({ path }) => path === '/api/v1/feedback')

test('feedback is joined to its log by the id that the call returned', async () => {
  const client = new LognitorClient({ apiKey: KEY, apiUrl: watched.apiUrl })
  const eventId = client.captureException(new Error('frozen'))
  expect(await client.submitFeedback({ eventId, comments: 'The page froze', email: 'ada@example.com' })).toBe(
    true,
  )
  expect(await client.shutdown()).toBe(true)
  const { inbox } = watched
  expect(inbox.feedback()[0]?.event_id).toBe(eventId)
  expect(inbox.logs()[0]?.metadata?.[LOG_ID_KEY]).toBe(eventId)
})

test('feedback about a held-back error joins the log that was sent for it', async () => {
  const error = { type: 'T', message: 'again' }
  const ids = [1, 2, 3].map(() => rig.client.error('again', { error }))
  await rig.client.flush()
  const [log] = rig.vendor.batches[0]?.json.logs ?? []
  expect(ids).toEqual(Array(3).fill(log.metadata[LOG_ID_KEY]))
})

test('fields that are not given are null, as in the official client', async () => {
  await rig.client.submitFeedback({ eventId: 'e1', comments: 'froze', name: undefined })
  expect(calls()[0]?.json).toEqual({
    event_id: 'e1',
    comments: 'froze',
    name: null,
    email: null,
    url: null,
    screenshot: null,
  })
  expect(calls()[0]?.headers['x-api-key']).toBeDefined()
})

test('feedback is retried until it is taken', async () => {
  rig.vendor.answer({ status: 500 }, { reset: 'before' }, {})
  const taken = rig.client.submitFeedback({ eventId: 'e', comments: 'c' })
  for (const [n, waitMs] of [1000, 2000].entries()) {
    await rig.answered(n + 1)
    rig.clock.advance(waitMs)
  }
  expect(await taken).toBe(true)
})

test('a caller gets false after ten seconds, and the feedback is retried', async () => {
  rig.vendor.answer({ status: 503, headers: { 'retry-after': '20' } }, {})
  const taken = rig.client.submitFeedback({ eventId: 'e', comments: 'c' })
  await rig.answered(1)
  rig.clock.advance(10_000)
  expect(await taken).toBe(false)
  expect(calls()).toHaveLength(1)
  rig.clock.advance(10_000)
  expect(await rig.client.flush()).toBe(true)
  expect(calls()).toHaveLength(2)
})

test('a flush does not send feedback before the time that the service asked for', async () => {
  rig.vendor.answer({ status: 429, headers: { 'retry-after': '600' } }, {})
  void rig.client.submitFeedback({ eventId: 'e', comments: 'c' })
  await rig.answered(1)
  const flushed = rig.client.flush(1000)
  rig.clock.advance(1000)
  expect(await flushed).toBe(false)
  expect(calls()).toHaveLength(1)
})

test('feedback that the service refuses for good is counted and not reported as taken', async () => {
  rig.vendor.answer({ status: 400 })
  expect(await rig.client.submitFeedback({ eventId: '', comments: '' })).toBe(false)
  expect(rig.client.stats().dropped).toEqual({ bad_batch: 1 })
})

test('feedback that the service finds invalid is not reported as taken', async () => {
  rig.vendor.answer({ status: 422, body: '{"accepted":0,"rejected":1,"errors":[{"index":0}]}' })
  expect(await rig.client.submitFeedback({ eventId: 'e', comments: '' })).toBe(false)
  expect(rig.client.stats().dropped).toEqual({ rejected: 1 })
})

test('feedback refused for its key is retried at once when the key changes', async () => {
  rig.vendor.answer({ status: 401 }, {})
  const taken = rig.client.submitFeedback({ eventId: 'e', comments: 'c' })
  await rig.answered(1)
  rig.client.reconfigure({ apiKey: 'lgn_another' })
  expect(await taken).toBe(true)
  expect(calls()[1]?.headers['x-api-key']).toBe('lgn_another')
})

test('feedback that shutdown could not deliver is reported and counted', async () => {
  rig.vendor.answer({ status: 503 })
  const taken = rig.client.submitFeedback({ eventId: 'e', comments: 'c' })
  await rig.answered(1)
  const ended = rig.client.shutdown(500)
  await rig.answered(2)
  rig.clock.advance(500)
  expect(await ended).toBe(false)
  expect(await taken).toBe(false)
  expect(rig.client.stats().dropped).toEqual({ exit: 1 })
})

test('waiting feedback is bounded in number and bytes', async () => {
  rig.vendor.answer({ status: 503 })
  const screenshot = 'x'.repeat(9 * 1024 * 1024)
  const results = [1, 2].map(() => rig.client.submitFeedback({ eventId: 'e', comments: 'c', screenshot }))
  expect(await results[1]).toBe(false)
  const many = Array.from({ length: 200 }, () => rig.client.submitFeedback({ eventId: 'e', comments: 'c' }))
  expect(await many.at(-1)).toBe(false)
  expect(rig.client.stats().dropped).toEqual({ queue_full: 2 })
})
