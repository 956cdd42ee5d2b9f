import { describe, expect, test } from 'vitest'
import { LOG_ID_KEY } from '../../src/wire/log.js'
import { takenBody, type Vendor } from '../support/vendor.js'
import {
  attribute,
  exceptionEvent,
  logsOf,
  numbered,
  openGateway,
  openWithClock,
  sdkRecord,
  send,
  serialize,
  spansOf,
} from './support.js'

/** Bodies of the requests to the service, in a fixed order. */
function posts({ seen }: Vendor): string[] {
  return seen.map(({ path, text }) => `${path} ${text}`).sort()
}

describe('a repeated export', () => {
  test.each([
    ['logs', '/v1/logs', logsOf(...numbered(230))],
    [
      'logs in protobuf',
      '/v1/logs',
      serialize(
        'protobuf',
        numbered(230).map((body) => sdkRecord({ body })),
      ),
    ],
    [
      'logs without any time',
      '/v1/logs',
      logsOf(...numbered(3).map((body) => ({ body: { stringValue: body }, timeUnixNano: '0' }))),
    ],
    [
      'spans',
      '/v1/traces',
      spansOf(
        {
          kind: 2,
          attributes: [attribute('http.request.method', 'GET'), attribute('http.response.status_code', 500)],
        },
        { parentSpanId: '0000000000000001', events: [exceptionEvent('TypeError', 'x is not a function')] },
        // Without ids or times of its own.
        {
          traceId: '',
          spanId: '',
          startTimeUnixNano: '0',
          kind: 2,
          attributes: [attribute('http.request.method', 'PUT')],
        },
      ),
    ],
  ])('becomes the same requests, byte for byte, at any gateway: %s', async (_name, path, body) => {
    const first = await openGateway()
    const second = await openGateway()
    await send(first.gateway, path, body)
    await new Promise((resolve) => setTimeout(resolve, 5))
    await send(second.gateway, path, body)
    expect(posts(first.vendor).length).toBeGreaterThan(0)
    expect(posts(second.vendor)).toEqual(posts(first.vendor))
    await send(first.gateway, path, body, { gzip: true })
    expect(posts(first.vendor)).toEqual([...posts(second.vendor), ...posts(second.vendor)].sort())
  })

  test('has other ids when any part of it differs', async () => {
    const { gateway, vendor } = await openGateway()
    await send(gateway, '/v1/logs', logsOf('hello'))
    await send(gateway, '/v1/logs', logsOf('hello '))
    const [first, second] = vendor.batches.map(({ json }) => json)
    expect(first.batch_id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    expect(second.batch_id).not.toBe(first.batch_id)
    expect(second.logs[0].metadata[LOG_ID_KEY]).not.toBe(first.logs[0].metadata[LOG_ID_KEY])
  })

  test('keeps the ids that logs have already', async () => {
    const { gateway, vendor } = await openGateway()
    await send(
      gateway,
      '/v1/logs',
      logsOf({ body: { stringValue: 'a' }, attributes: [attribute(LOG_ID_KEY, 'mine')] }),
    )
    expect(vendor.batches[0]?.json.logs[0].metadata[LOG_ID_KEY]).toBe('mine')
  })

  test('is halved in the same way when it is too large', async () => {
    const runs = await Promise.all(
      [1, 2].map(async () => {
        const { gateway, vendor } = await openGateway()
        vendor.answer(({ json }) => (json.logs.length > 30 ? { status: 413 } : {}))
        await send(gateway, '/v1/logs', logsOf(...numbered(100)))
        return posts(vendor)
      }),
    )
    expect(runs[1]).toEqual(runs[0])
  })
})

describe('the repeat of an export that was delivered in part', () => {
  const isFirstOf = (line: number) => (text: string) => text.includes(`"line ${line}"`)

  test('sends what is missing, and nothing that was accepted', async () => {
    const { gateway, vendor } = await openGateway()
    const isFailing = isFirstOf(100)
    vendor.answer(({ text }) => (isFailing(text) ? { status: 503 } : {}))
    const body = logsOf(...numbered(230))
    expect((await send(gateway, '/v1/logs', body)).status).toBe(503)
    expect((await send(gateway, '/v1/logs', body)).status).toBe(503)
    vendor.answer({})
    expect((await send(gateway, '/v1/logs', body)).status).toBe(200)
    expect([...vendor.messages()].sort()).toEqual([...numbered(230)].sort())
    expect(vendor.batches.filter(({ text }) => !isFailing(text))).toHaveLength(2)
  })

  test('ends, although the service takes longer for the whole export than one attempt may last', async () => {
    const { gateway, vendor, clock } = await openWithClock({ connections: 1, deliveryTimeout: 20_000 })
    vendor.answer((seen) => {
      clock.advance(9000)
      return { body: takenBody(seen) }
    })
    const body = logsOf(...numbered(1000))
    const statuses: number[] = []
    do statuses.push((await send(gateway, '/v1/logs', body)).status)
    while (statuses.at(-1) === 503 && statuses.length < 10)
    expect(statuses).toEqual([503, 503, 503, 200])
    expect([...vendor.messages()].sort()).toEqual([...numbered(1000)].sort())
  })

  test('says what the service refused the first time', async () => {
    const { gateway, vendor } = await openGateway()
    const [isFirst, isSecond] = [isFirstOf(0), isFirstOf(100)]
    vendor.answer((seen) => {
      if (isSecond(seen.text)) return { status: 503 }
      return { body: takenBody(seen, isFirst(seen.text) ? [7] : []) }
    })
    const body = logsOf(...numbered(230))
    expect((await send(gateway, '/v1/logs', body)).status).toBe(503)
    vendor.answer({})
    const answer = await send(gateway, '/v1/logs', body)
    expect(answer.json.partialSuccess.rejectedLogRecords).toBe('1')
  })

  test('is another export when the caller has another key', async () => {
    const { gateway, vendor } = await openGateway({ passThroughKey: true })
    vendor.answer(({ text }) => (isFirstOf(100)(text) ? { status: 503 } : {}))
    const body = logsOf(...numbered(200))
    for (const key of ['one', 'two']) {
      expect((await send(gateway, '/v1/logs', body, { headers: { 'x-api-key': key } })).status).toBe(503)
    }
    expect(vendor.batches).toHaveLength(4)
  })
})

describe('sampling', () => {
  const rates = { 'x-lognitor-sample-rates': '{"info":0.5}' }

  test('makes the same choice for the same request', async () => {
    const { gateway, vendor } = await openGateway()
    vendor.answer({ headers: rates })
    await send(gateway, '/v1/logs', logsOf('tell me the rates'))
    await send(gateway, '/v1/logs', logsOf(...numbered(1000)))
    const first = posts(vendor).slice()
    await send(gateway, '/v1/logs', logsOf(...numbered(1000)))
    const taken = vendor.messages().length - 1
    expect(taken).toBeGreaterThan(800)
    expect(taken).toBeLessThan(1200)
    expect(posts(vendor)).toEqual([...first, ...first.filter((post) => !post.includes('tell me'))].sort())
  })

  test('does not move the boundaries between batches', async () => {
    const { gateway, vendor } = await openGateway()
    await send(gateway, '/v1/logs', logsOf(...numbered(300)))
    const whole = new Map(vendor.batches.map(({ json }) => [json.batch_id, json.logs.map(messageOf)]))
    vendor.answer({ headers: rates })
    await send(gateway, '/v1/logs', logsOf('tell me the rates'))
    const before = vendor.batches.length
    await send(gateway, '/v1/logs', logsOf(...numbered(300)))
    const sampled = vendor.batches.slice(before)
    expect(sampled).toHaveLength(3)
    for (const { json } of sampled) {
      const messages: string[] = json.logs.map(messageOf)
      expect(messages.length).toBeLessThan(100)
      expect(whole.get(json.batch_id)).toEqual(expect.arrayContaining(messages))
    }
  })
})

describe('a missing time', () => {
  test('becomes the latest time in the same body', async () => {
    const { gateway, vendor } = await openGateway()
    await send(gateway, '/v1/logs', logsOf('a', { body: { stringValue: 'b' }, timeUnixNano: '0' }, 'c'))
    const times = vendor.batches[0]?.json.logs.map(({ timestamp }: { timestamp: string }) => timestamp)
    expect(times[1]).toBe(times[2])
    expect(times[2]).toBe(new Date(1_790_000_002_000).toISOString())
  })

  test('becomes the time of observation when there is one', async () => {
    const { gateway, vendor } = await openGateway()
    const observed = {
      body: { stringValue: 'b' },
      timeUnixNano: '0',
      observedTimeUnixNano: '1700000000123456789',
    }
    await send(gateway, '/v1/logs', logsOf('a', observed))
    expect(vendor.batches[0]?.json.logs[1].timestamp).toBe('2023-11-14T22:13:20.123Z')
  })
})

function messageOf({ message }: { message: string }): string {
  return message
}
