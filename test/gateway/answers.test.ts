import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { takenBody } from '../support/vendor.js'
import {
  exceptionEvent,
  logsOf,
  numbered,
  openGateway,
  sdkRecord,
  send,
  serialize,
  spansOf,
} from './support.js'

describe('an export that Lognitor accepts', () => {
  test('is answered with 200 and nothing more', async () => {
    const { gateway, vendor } = await openGateway()
    const answer = await send(gateway, '/v1/logs', logsOf('hello'))
    expect(answer).toMatchObject({ status: 200, json: {} })
    expect(vendor.messages()).toEqual(['hello'])
  })

  test('is answered in protobuf when it was protobuf', async () => {
    const { gateway, vendor } = await openGateway()
    const answer = await send(gateway, '/v1/logs', serialize('protobuf', [sdkRecord()]))
    expect(answer).toMatchObject({ status: 200, text: '' })
    expect(answer.headers.get('content-type')).toBe('application/x-protobuf')
    expect(vendor.messages()).toEqual(['hello'])
  })

  test.each(['protobuf', 'json'] as const)('may be gzipped %s', async (encoding) => {
    const { gateway, vendor } = await openGateway()
    const headers = {
      'content-type': encoding === 'json' ? 'application/json; charset=utf-8' : 'application/x-protobuf',
    }
    const answer = await send(gateway, '/v1/logs', serialize(encoding, [sdkRecord()]), {
      gzip: true,
      headers,
    })
    expect(answer.status).toBe(200)
    expect(vendor.messages()).toEqual(['hello'])
  })

  test('is split into requests of a hundred logs, each with the key', async () => {
    const { gateway, vendor } = await openGateway({ apiKey: 'the-key' })
    await send(gateway, '/v1/logs', logsOf(...numbered(250)))
    // The four requests are under way at the same time.
    expect(vendor.batches.map(({ json }) => json.logs.length).sort()).toEqual([100, 100, 50])
    expect(vendor.batches.map(({ headers }) => headers['x-api-key'])).toEqual([
      'the-key',
      'the-key',
      'the-key',
    ])
    expect(new Set(vendor.messages())).toEqual(new Set(numbered(250)))
  })

  test('is answered only when Lognitor has', async () => {
    const { gateway, vendor } = await openGateway()
    let isOpen = false
    let open = () => {}
    const after = new Promise<void>((resolve) => {
      open = () => {
        isOpen = true
        resolve()
      }
    })
    vendor.answer({ after })
    const answering = send(gateway, '/v1/logs', logsOf('hello')).then((answer) => ({ answer, isOpen }))
    setTimeout(open, 50)
    expect(await answering).toMatchObject({ answer: { status: 200 }, isOpen: true })
  })

  test.each(['', 'identity', 'gzip', 'GZIP', 'x-gzip'])('may be encoded as "%s"', async (encoding) => {
    const { gateway } = await openGateway()
    const headers = { 'content-encoding': encoding }
    const answer = await send(gateway, '/v1/logs', logsOf('hello'), { headers, gzip: /gzip/i.test(encoding) })
    expect(answer.status).toBe(200)
  })

  test('may be empty', async () => {
    const { gateway, vendor } = await openGateway()
    expect(await send(gateway, '/v1/logs', {})).toMatchObject({ status: 200 })
    expect(await send(gateway, '/v1/logs', new Uint8Array())).toMatchObject({ status: 200 })
    expect(vendor.seen).toHaveLength(0)
  })
})

describe('a record that Lognitor rejects', () => {
  test('is reported as partial success, with count and reason', async () => {
    const { gateway, vendor } = await openGateway()
    vendor.answer((seen) => ({ status: 422, body: takenBody(seen, [0, 3]) }))
    const answer = await send(gateway, '/v1/logs', logsOf(...numbered(5)))
    expect(answer.status).toBe(200)
    expect(answer.json.partialSuccess.rejectedLogRecords).toBe('2')
    expect(answer.json.partialSuccess.errorMessage).toContain(
      '2 of 5 were rejected: invalid message is empty',
    )
  })

  test('is counted over all requests', async () => {
    const { gateway, vendor } = await openGateway()
    vendor.answer((seen) => ({ status: 422, body: takenBody(seen, [1]) }))
    const answer = await send(gateway, '/v1/logs', logsOf(...numbered(250)))
    expect(answer.json.partialSuccess.rejectedLogRecords).toBe('3')
  })

  test('is reported in protobuf as well', async () => {
    const { gateway, vendor } = await openGateway()
    vendor.answer((seen) => ({ status: 422, body: takenBody(seen, [0]) }))
    const answer = await send(gateway, '/v1/logs', serialize('protobuf', [sdkRecord()]))
    // Field 1 is a message with field 1, the count 1, and field 2, the reason.
    expect(answer.text.charCodeAt(0)).toBe(10)
    expect(answer.text.slice(2, 4)).toBe('\b\u0001')
    expect(answer.text).toContain('1 of 1 were rejected: invalid message is empty')
  })

  test('is reported log by log when Lognitor rejects the whole batch', async () => {
    const { gateway, vendor } = await openGateway()
    vendor.answer({ status: 400, body: 'no' })
    const answer = await send(gateway, '/v1/logs', logsOf(...numbered(3)))
    expect(answer).toMatchObject({ status: 200, json: { partialSuccess: { rejectedLogRecords: '3' } } })
  })

  test('is counted like one that was too large to be sent', async () => {
    const { gateway, vendor } = await openGateway()
    const answer = await send(gateway, '/v1/logs', logsOf('a', 'x'.repeat(300_000), 'b'))
    expect(answer).toMatchObject({ status: 200, json: { partialSuccess: { rejectedLogRecords: '1' } } })
    expect(answer.json.partialSuccess.errorMessage).toContain('too_large')
    expect(vendor.messages()).toEqual(['a', 'b'])
  })

  test('is not counted together with logs that policy was asked to drop', async () => {
    const { gateway, vendor } = await openGateway({ minLevel: 'warn' })
    const answer = await send(
      gateway,
      '/v1/logs',
      logsOf('quiet', { severityNumber: 17, body: { stringValue: 'loud' } }),
    )
    expect(answer).toMatchObject({ status: 200, json: {} })
    expect(vendor.messages()).toEqual(['loud'])
    expect(gateway.stats().dropped).toEqual({ min_level: 1 })
  })
})

describe('an export that can be sent again', () => {
  test.each([
    ['an outage', { status: 503 }, 503, /^[2-6]$/],
    ['an outage with an end', { status: 503, headers: { 'retry-after': '7' } }, 503, /^7$/],
    ['a failure', { status: 500 }, 503, /^[2-6]$/],
    ['a quota', { status: 429, headers: { 'retry-after': '30' } }, 429, /^30$/],
    [
      'a quota for the rest of the month',
      { status: 429, headers: { 'retry-after': '900000' } },
      429,
      /^3600$/,
    ],
    ['a quota without an end', { status: 429 }, 429, /^[2-6]$/],
    ['a quota that is over', { status: 429, headers: { 'retry-after': '0' } }, 429, /^1$/],
    ['a refused key', { status: 401 }, 503, /^60$/],
    ['a key without rights', { status: 403 }, 503, /^60$/],
    ['a wrong address', { status: 404 }, 503, /^60$/],
    ['a redirect', { status: 302, headers: { location: 'https://elsewhere.example' } }, 503, /^60$/],
    ['a cut connection', { reset: 'before' as const }, 503, /^[2-6]$/],
  ])('%s: the answer makes the sender keep its data', async (_name, reply, status, retryAfter) => {
    const { gateway, vendor } = await openGateway({ apiKey: 'quiet-kettle' })
    vendor.answer(reply)
    const answer = await send(gateway, '/v1/logs', logsOf('hello'))
    expect(answer.status).toBe(status)
    expect(answer.headers.get('retry-after')).toMatch(retryAfter)
    expect(answer.json.message).not.toMatch(/quiet|kettle/)
  })

  test('is sent in halves when Lognitor answers 413', async () => {
    const { gateway, vendor } = await openGateway()
    vendor.answer(({ json }) => (json.logs.length > 30 ? { status: 413 } : {}))
    expect(await send(gateway, '/v1/logs', logsOf(...numbered(100)))).toMatchObject({ status: 200, json: {} })
    expect(new Set(vendor.messages())).toEqual(new Set(numbered(100)))
    expect(new Set(vendor.batches.map(({ json }) => json.batch_id)).size).toBe(vendor.batches.length)
  })

  test('is not sent any further once a request has failed', async () => {
    const { gateway, vendor } = await openGateway()
    vendor.answer({ status: 503 })
    await send(gateway, '/v1/logs', logsOf(...numbered(5000)))
    expect(vendor.batches.length).toBeLessThan(10)
  })
})

describe('a body that is wrong', () => {
  test.each([
    ['no OTLP', '{"resourceSpans":[]}', { 'content-type': 'application/json' }, 400],
    ['no JSON', '{"resourceLogs":', { 'content-type': 'application/json' }, 400],
    ['another content', 'hello', { 'content-type': 'text/plain' }, 415],
    ['another encoding', '{}', { 'content-type': 'application/json', 'content-encoding': 'snappy' }, 415],
    ['no gzip', '{}', { 'content-type': 'application/json', 'content-encoding': 'gzip' }, 400],
  ])('%s is refused with a message', async (_name, body, headers, status) => {
    const { gateway, vendor } = await openGateway()
    const answer = await send(gateway, '/v1/logs', body, { headers })
    expect(answer.status).toBe(status)
    expect(answer.json.message).toMatch(/\w+/)
    expect(answer.headers.get('retry-after')).toBeNull()
    expect(vendor.seen).toHaveLength(0)
  })

  const record = 'resourceLogs[0].scopeLogs[0].logRecords'
  test.each([
    [{ resourceLogs: {} }, 'resourceLogs: A list was expected.'],
    [{ resourceLogs: [{}, 1] }, 'resourceLogs[1]: An object was expected.'],
    [
      { resourceLogs: [{ resource: { attributes: 1 } }] },
      'resourceLogs[0].resource.attributes: A list was expected.',
    ],
    [{ resourceLogs: [{}, { scopeLogs: {} }] }, 'resourceLogs[1].scopeLogs: A list was expected.'],
    [
      { resourceLogs: [{ scopeLogs: [{ scope: { name: 1 } }] }] },
      'resourceLogs[0].scopeLogs[0].scope.name: A string was expected.',
    ],
    [logsOf('a', 'b', { timeUnixNano: 'noon' }), `${record}[2].timeUnixNano: A time was expected.`],
    [logsOf({ body: { intValue: 1.5 } }), `${record}[0].body: A whole number was expected.`],
    [logsOf({ attributes: [1] }), `${record}[0].attributes: An object was expected.`],
  ])('JSON that is not OTLP is refused with the path of the error: %j', async (body, message) => {
    const { gateway } = await openGateway()
    expect(await send(gateway, '/v1/logs', body)).toMatchObject({ status: 400, json: { message } })
  })

  test('JSON that is not a span is refused with the path of the error', async () => {
    const { gateway } = await openGateway()
    const spans = 'resourceSpans[0].scopeSpans[0].spans'
    const events = [exceptionEvent('E', 'e'), { name: 1 }]
    expect((await send(gateway, '/v1/traces', spansOf({ events }))).json.message).toBe(
      `${spans}[0].events[1].name: A string was expected.`,
    )
    expect((await send(gateway, '/v1/traces', spansOf({}, { status: { code: [] } }))).json.message).toBe(
      `${spans}[1].status.code: A whole number was expected.`,
    )
  })

  test('a truncated gzip body is not reported as too large', async () => {
    const { gateway } = await openGateway()
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
    const packed = gzipSync(JSON.stringify(logsOf(...numbered(20))))
    for (let missing = 1; missing < packed.length; missing += 3) {
      const answer = await send(gateway, '/v1/logs', packed.subarray(0, -missing), { headers })
      expect(answer).toMatchObject({ status: 400, json: { message: 'The body is not valid gzip.' } })
    }
  })

  test('a body above the limit is refused, however small its compressed form is', async () => {
    const { gateway } = await openGateway({ maxBodyBytes: 100_000 })
    const body = logsOf('x'.repeat(200_000))
    expect(await send(gateway, '/v1/logs', body)).toMatchObject({ status: 413 })
    expect(await send(gateway, '/v1/logs', body, { gzip: true })).toMatchObject({ status: 413 })
    expect(await send(gateway, '/v1/logs', logsOf('fits'))).toMatchObject({ status: 200 })
  })

  test('other paths and methods are not served', async () => {
    const { gateway } = await openGateway()
    expect(await send(gateway, '/v1/metrics', {})).toMatchObject({ status: 404 })
    expect((await fetch(`${gateway.url}/v1/logs`)).status).toBe(405)
  })
})
