import { get as httpGet, type IncomingMessage } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Inbox, startInbox } from '../../src/testing/index.js'
import { batchOf, call, logWith, post, requestWith, until } from './support.js'

interface Received {
  event: string
  data: Record<string, unknown>
}

interface Reading {
  readonly events: Received[]
  readonly response: IncomingMessage
}

let inbox: Inbox

beforeEach(async () => {
  inbox = await startInbox()
})

afterEach(() => inbox.close())

/** Opens the stream and collects its events. The stream is connected when the first line is there. */
function read(query = ''): Promise<Reading> {
  return new Promise((resolve, reject) => {
    const request = httpGet(`${inbox.url}/inbox/api/stream?${query}`, (response) => {
      const events: Received[] = []
      let text = ''
      response.setEncoding('utf8')
      response.on('error', () => {})
      response.on('data', (piece: string) => {
        text += piece
        const blocks = text.split('\n\n')
        text = blocks.pop() ?? ''
        for (const block of blocks) {
          const match = /^event: (\w+)\ndata: (.*)$/.exec(block)
          if (match !== null) events.push({ event: match[1] ?? '', data: JSON.parse(match[2] ?? '') })
        }
        resolve({ events, response })
      })
    })
    request.on('error', reject)
  })
}

describe('the stream', () => {
  it('sends all incoming data, each kind as its own event', async () => {
    const { events, response } = await read()
    expect(response.headers['content-type']).toBe('text/event-stream; charset=utf-8')
    const log = logWith({ message: 'line\nbreak' })
    const request = requestWith()
    await post(`${inbox.apiUrl}/ingest`, batchOf(log, logWith({ level: 'loud' })))
    await post(`${inbox.apiUrl}/ingest/requests`, { requests: [request] })
    await post(`${inbox.apiUrl}/heartbeat/job`, '')
    await post(`${inbox.apiUrl}/releases/register`, { version: '1.0' })
    await post(`${inbox.apiUrl}/feedback`, { event_id: 'e', comments: 'c' })
    await post(
      `${inbox.apiUrl}/ingest`,
      batchOf(logWith({ level: 'error', error: { type: 'E', message: 'm' } })),
    )
    inbox.alerts()
    inbox.clear()
    await until(() => events.some(({ event }) => event === 'cleared'), 'the clearing is told')
    expect(events.map(({ event }) => event)).toEqual([
      'log',
      'request',
      'heartbeat',
      'release',
      'feedback',
      'log',
      'alert',
      'cleared',
    ])
    expect(events[0]?.data).toEqual(log)
    expect(events[1]?.data).toEqual(request)
    expect(events[6]?.data).toMatchObject({ alert_name: 'New error' })
  })

  it('sends only what passes the filters', async () => {
    const { events } = await read('level=error&service=shop')
    const logs = [
      { level: 'info', service: 'shop' },
      { level: 'error', service: 'bank' },
      { level: 'error', service: 'shop' },
    ]
    await post(`${inbox.apiUrl}/ingest`, batchOf(...logs.map(logWith)))
    await post(`${inbox.apiUrl}/ingest/requests`, {
      requests: [requestWith({ service: 'bank' }), requestWith()],
    })
    await until(() => events.length >= 2, 'both are told')
    expect(events.map(({ event, data }) => [event, data.service])).toEqual([
      ['log', 'shop'],
      ['request', 'shop'],
    ])
  })

  it('sends only a notice of changes when asked to', async () => {
    const { events } = await read('events=changed')
    await post(`${inbox.apiUrl}/ingest`, batchOf(logWith(), logWith(), logWith()))
    await until(() => events.length > 0, 'the change is told')
    expect(events).toEqual([{ event: 'changed', data: {} }])
  })

  it('refuses unknown kinds', async () => {
    expect((await call(`${inbox.url}/inbox/api/stream?events=all`)).status).toBe(400)
    expect((await call(`${inbox.url}/inbox/api/stream?level=loud`)).status).toBe(400)
  })

  it('tells a slow reader how many events it missed, although no other comes, and buffers no more', async () => {
    const { events, response } = await read('events=log')
    response.pause()
    const large = Array.from({ length: 25 }, () => logWith({ message: 'x'.repeat(200_000) }))
    for (let batch = 0; batch < 10; batch++) await post(`${inbox.apiUrl}/ingest`, batchOf(...large))
    response.resume()
    const missed = () =>
      events.reduce((sum, { event, data }) => sum + (event === 'missed' ? (data.count as number) : 0), 0)
    const seen = () => events.filter(({ event }) => event === 'log').length
    await until(() => seen() + missed() >= 250, 'each log is sent or counted')
    expect(seen() + missed()).toBe(250)
    expect(missed()).toBeGreaterThan(100)
  })

  it('accepts a hundred readers and no more', async () => {
    await Promise.all(Array.from({ length: 100 }, () => read()))
    expect((await call(`${inbox.url}/inbox/api/stream`)).status).toBe(503)
  })

  it('ends with the inbox, which closes at once', async () => {
    const { response } = await read()
    const ended = new Promise((resolve) => response.on('close', resolve))
    await inbox.close()
    await ended
    await expect(fetch(inbox.url)).rejects.toThrow()
    await inbox.close()
  })
})
