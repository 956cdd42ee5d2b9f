import { get, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { type Inbox, startInbox } from '../../src/testing/index.js'
import { batchOf, call, logWith, post, until } from './support.js'

const COUNT = 10_000
let inbox: Inbox

beforeAll(async () => {
  inbox = await startInbox()
  const note = 'x'.repeat(3000)
  for (let sent = 0; sent < COUNT; sent += 100) {
    const logs = Array.from({ length: 100 }, (_, n) =>
      logWith({
        level: 'error',
        message: `log ${sent + n}`,
        error: { type: 'E', message: 'm' },
        trace: { trace_id: `${sent + n}` },
        request_id: `r${sent + n}`,
        metadata: { note },
      }),
    )
    await post(`${inbox.apiUrl}/ingest`, batchOf(...logs))
  }
})
afterAll(() => inbox.close())

test.each([
  'logs?q=nowhere',
  'rows?q=nowhere',
  'volume?q=nowhere',
  'facets?q=nowhere',
  'errors?q=nowhere',
  'error-series?q=nowhere',
  'traces?q=nowhere',
])('a search by %s through all logs lets the inbox take others meanwhile', async (path) => {
  await meanwhile(call(`${inbox.url}/inbox/api/${path}`))
})

test('a stream that begins with held logs lets the inbox take others meanwhile, and sends those too', async () => {
  await meanwhile(
    firstLog(`${inbox.url}/inbox/api/stream?events=log&since=1&q=the last of all`),
    'the last of all',
  )
})

/** Logs that are sent one after another since a search has begun are taken before the search ends. */
async function meanwhile(searching: Promise<unknown>, message = 'later'): Promise<void> {
  const ends: string[] = []
  const search = searching.then(() => ends.push('search'))
  for (const _ of [1, 2, 3]) {
    await post(`${inbox.apiUrl}/ingest`, batchOf(logWith({ level: 'error', message })))
    ends.push('log')
  }
  await search
  expect(ends).toEqual(['log', 'log', 'log', 'search'])
}

/** Resolves when the stream has sent its first log, which is the one that came during the search. */
async function firstLog(url: string): Promise<void> {
  const aborter = new AbortController()
  const response = await fetch(url, { signal: aborter.signal })
  const decoder = new TextDecoder()
  let text = ''
  for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(piece, { stream: true })
    if (text.includes('event: log')) break
  }
  expect(text).toContain('the last of all')
  aborter.abort()
}

test('a reader that is slow to take held logs is told how many were dropped before their turn', async () => {
  const small = await startInbox({ maxLogs: 60 })
  onTestFinished(() => small.close())
  await sendLarge(small, 60)
  const reading = slowly(`${small.url}/inbox/api/stream?events=log&since=1`)
  await reading.opened
  // While nothing is read, newer logs take the place of held ones.
  await sendLarge(small, 100)
  reading.goOn()
  await until(() => reading.sent() + reading.missed() >= 160, 'each log is sent or counted')
  expect(reading.sent() + reading.missed()).toBe(160)
  expect(reading.missed()).toBeGreaterThan(0)
  reading.stop()
})

/** Sends logs of 200 kB, 20 in a batch. */
async function sendLarge(to: Inbox, count: number): Promise<void> {
  const log = logWith({ metadata: { note: 'x'.repeat(200_000) } })
  for (let sent = 0; sent < count; sent += 20)
    await post(`${to.apiUrl}/ingest`, batchOf(...Array.from({ length: 20 }, () => log)))
}

/** Opens a stream and reads nothing until it is told to. */
function slowly(url: string) {
  let text = ''
  let response: IncomingMessage | undefined
  const opened = new Promise<void>((resolve) => {
    get(url, (answer) => {
      response = answer
      answer.pause()
      answer.on('error', () => {})
      resolve()
    })
  })
  return {
    opened,
    sent: () => text.split('event: log\n').length - 1,
    missed: () => {
      const counts = text.matchAll(/event: missed\ndata: \{"count":(\d+)\}/g)
      return [...counts].reduce((sum, [, count]) => sum + Number(count), 0)
    },
    goOn: () => {
      response?.setEncoding('utf8').on('data', (piece: string) => {
        // The notes need not be kept.
        text += piece.replace(/x{100,}/g, '')
      })
      response?.resume()
    },
    stop: () => response?.destroy(),
  }
}
