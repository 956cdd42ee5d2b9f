import { expect, onTestFinished, test } from 'vitest'
import type { CallsAnswer, FeedbackAnswer, TraceSummary } from '../../src/inbox/api/shapes.js'
import { startInbox } from '../../src/testing/index.js'
import { batchOf, get, logWith, post, requestWith } from './support.js'

async function open(options: Parameters<typeof startInbox>[0] = {}) {
  const inbox = await startInbox(options)
  onTestFinished(() => inbox.close())
  return inbox
}

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0)

test('calls are counted over time by their answers, with the moments at which faults changed', async () => {
  let now = Date.parse('2026-11-23T10:00:00.000Z')
  const inbox = await open({ now: () => now })
  const send = (log: Record<string, unknown>) =>
    post(`${inbox.apiUrl}/ingest`, batchOf(logWith(log))).catch(() => {})
  await send({})
  await send({ level: 'loud' })
  await post(`${inbox.apiUrl}/ingest`, batchOf(logWith()), {})
  now += 60_000
  inbox.faults({ status: 503 })
  await send({})
  inbox.faults({ reset: true, forMs: 1000 })
  await send({})
  now += 60_000
  const { answers, faults, times } = await get<CallsAnswer>(inbox, 'calls')
  const counted = Object.entries(answers).map(([answer, counts]) => [answer, sum(counts)])
  expect(Object.fromEntries(counted)).toEqual({ '2xx': 1, '422': 1, '4xx': 1, '5xx': 1, cut: 1 })
  const placeOf = (counts: readonly number[]) => times[counts.findIndex((count) => count > 0)]
  expect((placeOf(answers['5xx']) ?? 0) - (placeOf(answers['2xx']) ?? 0)).toBe(60_000)
  expect(faults.map((change) => Object.keys(change.faults))).toEqual([['status'], ['reset', 'forMs'], []])
})

test('feedback is counted over time, also when the list is shorter', async () => {
  const inbox = await open()
  for (let count = 0; count < 5; count++)
    await post(`${inbox.apiUrl}/feedback`, { event_id: `e${count}`, comments: 'c' })
  const { feedback, volume } = await get<FeedbackAnswer>(inbox, 'feedback?limit=2')
  expect(feedback).toHaveLength(2)
  expect(sum(volume.counts)).toBe(5)
  expect(volume.counts).toHaveLength(volume.times.length)
})

test('a trace has the name of its earliest request, in whatever order the services send', async () => {
  const inbox = await open()
  const at = (ms: number) => new Date(Date.now() - 1000 + ms).toISOString()
  const trace = { trace_id: 'a'.repeat(32) }
  const outer = {
    request_id: 'outer',
    method: 'POST',
    route: '/checkout',
    path: '/checkout',
    timestamp: at(0),
  }
  const inner = { request_id: 'inner', method: 'GET', route: '/charge', path: '/charge', timestamp: at(20) }
  // The service that is called sends last, so that its logs are the first that a search meets, or the other way round.
  for (const order of [
    ['outer', 'inner'],
    ['inner', 'outer'],
  ]) {
    inbox.clear()
    for (const id of order)
      await post(
        `${inbox.apiUrl}/ingest`,
        batchOf(logWith({ request_id: id, trace, timestamp: at(id === 'outer' ? 5 : 25) })),
      )
    await post(`${inbox.apiUrl}/ingest/requests`, { requests: [requestWith(inner), requestWith(outer)] })
    const { traces } = await get<{ traces: TraceSummary[] }>(inbox, 'traces')
    expect(traces.map(({ name }) => name)).toEqual(['POST /checkout'])
  }
})
