import { resourceFromAttributes } from '@opentelemetry/resources'
import { LoggerProvider } from '@opentelemetry/sdk-logs'
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  LognitorClient,
  LognitorLogRecordProcessor,
  LognitorSpanProcessor,
  type ServerlessOptions,
  setTags,
  setUser,
  wrapHandler,
} from '../../../src/index.js'
import { type Inbox, startInbox } from '../../../src/testing/index.js'
import { closedLatch } from '../../support/until.js'
import { startVendor, type Vendor } from '../../support/vendor.js'

let inbox: Inbox
let client: LognitorClient

beforeEach(async () => {
  inbox = await startInbox({ port: 0 })
  // A flush interval longer than the test: logs arrive only by a flush.
  client = open(inbox.apiUrl)
})

afterEach(async () => {
  await client.shutdown(100)
  await inbox.close()
})

function open(apiUrl: string): LognitorClient {
  return new LognitorClient({
    apiKey: 'test-key',
    apiUrl,
    flushInterval: 3_600_000,
    captureUncaught: false,
    flushOnExit: false,
  })
}

/** The context that AWS Lambda passes beside the event. */
function lambda(id: string, remainingMs = 30_000) {
  return { awsRequestId: id, functionName: 'shop', getRemainingTimeInMillis: () => remainingMs }
}

const wrap = <Args extends unknown[], R>(handler: (...args: Args) => R, options: ServerlessOptions = {}) =>
  wrapHandler(handler, { client, ...options })

test('100 logs of each of ten invocations have all arrived when it returns', async () => {
  const handler = wrap(async (event: { n: number }, _context: object) => {
    for (let n = 0; n < 100; n++) client.info(`log ${n} of invocation ${event.n}`)
    return { statusCode: 200 }
  })
  for (let n = 1; n <= 10; n++) {
    expect(await handler({ n }, lambda(`id-${n}`))).toEqual({ statusCode: 200 })
    // Here the platform would freeze the process.
    expect(inbox.logs()).toHaveLength(100 * n)
    expect(inbox.logs().filter((log) => log.request_id === `id-${n}`)).toHaveLength(100)
  }
})

test('100 OpenTelemetry records have arrived too, though their resource is detected late', async () => {
  const { promise, open: know } = closedLatch()
  const resource = resourceFromAttributes({
    'service.name': 'a-function',
    'cloud.region': promise.then(() => 'eu-central-1'),
  })
  const processor = new LognitorLogRecordProcessor({ client })
  const provider = new LoggerProvider({ resource, processors: [processor] })
  const handler = wrap(async () => {
    for (let n = 0; n < 100; n++) provider.getLogger('app').emit({ body: `record ${n}`, severityNumber: 9 })
    setImmediate(know)
  })
  await handler()
  expect(inbox.logs()).toHaveLength(100)
  expect(inbox.logs().every((log) => log.service === 'a-function')).toBe(true)
})

test('an exception of a span has arrived too, though its resource is detected late', async () => {
  const { promise, open: know } = closedLatch()
  const resource = resourceFromAttributes({ 'cloud.region': promise.then(() => 'eu-central-1') })
  const provider = new BasicTracerProvider({
    resource,
    spanProcessors: [new LognitorSpanProcessor({ client })],
  })
  const handler = wrap(async () => {
    const span = provider.getTracer('app').startSpan('work')
    span.recordException(new RangeError('out of stock'))
    span.end()
    setImmediate(know)
  })
  await handler()
  expect(inbox.logs()).toMatchObject([{ error: { type: 'RangeError', message: 'out of stock' } }])
})

test('repeated errors and their summary have arrived', async () => {
  const handler = wrap(async () => {
    for (let n = 0; n < 100; n++) client.error(`failed ${n}`, { error: new Error('again and again') })
  })
  await handler()
  const counted = inbox.logs().map((log) => Number(log.metadata?.dedupCount ?? 1))
  expect(counted.reduce((sum, count) => sum + count, 0)).toBe(100)
})

test('what the handler throws is captured with its invocation and request, delivered, and thrown on', async () => {
  const error = new RangeError('out of stock')
  const handler = wrap(async (_event: object, _context: object) => {
    setUser({ id: 'ada' })
    throw error
  })
  const event = {
    rawPath: '/orders/7',
    requestContext: {
      domainName: 'shop.example',
      http: { method: 'POST', path: '/orders/7', sourceIp: '203.0.113.7', userAgent: 'curl' },
    },
  }
  await expect(handler(event, lambda('id-1'))).rejects.toBe(error)
  expect(inbox.logs()).toMatchObject([
    {
      level: 'error',
      message: 'out of stock',
      error: { type: 'RangeError' },
      request_id: 'id-1',
      user: { id: 'ada' },
      request: {
        method: 'POST',
        path: '/orders/7',
        url: 'https://shop.example/orders/7',
        ip: '203.0.113.7',
        user_agent: 'curl',
      },
    },
  ])
})

test('a synchronous throw is captured and thrown on too', async () => {
  const handler = wrap(() => {
    throw new TypeError('at once')
  })
  await expect(handler()).rejects.toThrow('at once')
  expect(inbox.logs()).toMatchObject([{ message: 'at once' }])
})

test('an event of the older API Gateway or of a load balancer is a request as well', async () => {
  const handler = wrap(async (_event: object) => void client.error('seen'))
  await handler({
    httpMethod: 'GET',
    path: '/orders/7',
    requestContext: { identity: { sourceIp: '203.0.113.7', userAgent: 'curl' } },
  })
  const request = { method: 'GET', path: '/orders/7', ip: '203.0.113.7', user_agent: 'curl' }
  expect(inbox.logs()).toMatchObject([{ request }])
})

test('an event of a queue has no request, and its logs have the invocation’s id', async () => {
  const handler = wrap(async (_event: object, _context: object) => void client.error('seen'))
  await handler({ Records: [{ body: 'a message' }] }, lambda('id-9'))
  expect(inbox.logs()).toMatchObject([{ request_id: 'id-9' }])
  expect(inbox.logs()[0]?.request).toBeUndefined()
})

test('user and tags end with their invocation', async () => {
  const handler = wrap(async (event: { user?: string }) => {
    if (event.user) {
      setUser({ id: event.user })
      setTags([event.user])
    }
    client.info(event.user ?? 'nobody')
  })
  await handler({ user: 'ada' })
  await handler({})
  expect(inbox.logs()).toMatchObject([
    { message: 'ada', user: { id: 'ada' }, tags: ['ada'] },
    { message: 'nobody' },
  ])
  expect(inbox.logs()[1]?.user).toBeUndefined()
  expect(inbox.logs()[1]?.tags).toBeUndefined()
})

test('concurrent invocations have separate scopes', async () => {
  const handler = wrap(async (event: { n: number }, _context: object) => {
    setUser({ id: `user-${event.n}` })
    await new Promise((resolve) => setImmediate(resolve))
    client.info(`by ${event.n}`)
  })
  await Promise.all(Array.from({ length: 20 }, (_, n) => handler({ n }, lambda(`id-${n}`))))
  expect(inbox.logs()).toHaveLength(20)
  for (const { message, user, request_id } of inbox.logs()) {
    const n = message.slice(3)
    expect([user?.id, request_id]).toEqual([`user-${n}`, `id-${n}`])
  }
})

test('a handler that answers by a callback answers, and its logs have arrived', async () => {
  type Callback = (error: unknown, result?: string) => void
  const handler = wrap((event: { fails: boolean }, _context: object, callback: Callback) => {
    setImmediate(() => {
      client.info('called back')
      callback(event.fails ? new Error('by callback') : null, 'result')
    })
  })
  const never = () => {}
  expect(await handler({ fails: false }, lambda('id-1'), never)).toBe('result')
  expect(inbox.logs()).toHaveLength(1)
  await expect(handler({ fails: true }, lambda('id-2'), never)).rejects.toThrow('by callback')
  expect(inbox.logs().map((log) => log.message)).toEqual(['called back', 'called back', 'by callback'])
})

test('a streaming handler gets its stream and its context', async () => {
  const handler = wrap(async (_event: object, stream: string[], context: { awsRequestId: string }) => {
    stream.push(context.awsRequestId)
    client.info('streamed')
  })
  const stream: string[] = []
  await handler({}, stream, lambda('id-1'))
  expect(stream).toEqual(['id-1'])
  expect(inbox.logs()).toMatchObject([{ message: 'streamed', request_id: 'id-1' }])
})

test('the property that marks a streaming handler is also on the wrapped handler', () => {
  const mark = Symbol.for('aws.lambda.runtime.handler.streaming')
  const streaming = Object.assign(async () => {}, { [mark]: 'response' })
  expect(Reflect.get(wrap(streaming), mark)).toBe('response')
})

test('a wrapped method keeps its this', async () => {
  class Shop {
    readonly name = 'shop'
    readonly handle = wrapHandler(
      function (this: Shop) {
        return this.name
      }.bind(this),
      { client },
    )
  }
  expect(await new Shop().handle()).toBe('shop')
  const shop = {
    name: 'shop',
    handle: wrap(function (this: { name: string }) {
      return this.name
    }),
  }
  expect(await shop.handle()).toBe('shop')
})

for (const [where, options, args] of [
  ['given as an option', (take: (work: Promise<unknown>) => void) => ({ waitUntil: take }), () => []],
  [
    'of the context',
    () => ({}),
    (take: (work: Promise<unknown>) => void) => [{ waitUntil: (work: Promise<unknown>) => take(work) }],
  ],
] as const) {
  test(`with a waitUntil ${where} the answer does not wait, and the promise passed is the delivery`, async () => {
    const vendor = await startVendor()
    const gate = closedLatch()
    vendor.answer({ after: gate.promise })
    const slow = open(vendor.apiUrl)
    const works: Promise<unknown>[] = []
    const take = (work: Promise<unknown>) => void works.push(work)
    const handler = wrapHandler(
      async (..._args: unknown[]) => {
        for (let n = 0; n < 100; n++) slow.info(`log ${n}`)
        return 'answer'
      },
      { client: slow, ...options(take) },
    )
    expect(await handler(...args(take))).toBe('answer')
    expect(vendor.messages()).toEqual([])
    expect(works).toHaveLength(1)
    gate.open()
    await works[0]
    expect(vendor.messages()).toHaveLength(100)
    await slow.shutdown(1000)
    await vendor.close()
  })
}

test('after a waitUntil that throws, the answer waits for the delivery', async () => {
  const handler = wrap(async () => void client.info('kept'), {
    waitUntil: () => {
      throw new Error('called outside of a request')
    },
  })
  await handler()
  expect(inbox.logs()).toHaveLength(1)
})

test('a service that never answers holds an invocation no longer than its own time', async () => {
  const vendor: Vendor = await startVendor()
  vendor.answer({ silent: true })
  const stuck = open(vendor.apiUrl)
  const handler = wrapHandler(
    async (_event: object, _context: object) => {
      stuck.info('undelivered')
      return 'answer'
    },
    { client: stuck },
  )
  expect(await handler({}, lambda('id-1', 400))).toBe('answer')
  // The upload is still waiting, and the invocation does not wait for it.
  expect(vendor.open).toBe(1)
  expect(stuck.stats()).toMatchObject({ accepted: 0 })
  await stuck.shutdown(1)
  await vendor.close()
})

test('without a key, and with a context that throws, a handler works unchanged', async () => {
  const mute = new LognitorClient({ enabled: false })
  const hostile = {
    get awsRequestId(): string {
      throw new Error('no')
    },
    getRemainingTimeInMillis() {
      throw new Error('no')
    },
  }
  expect(await wrapHandler(async (_event: object) => 'answer', { client: mute })(hostile)).toBe('answer')
  expect(await wrap(async (_event: object) => 'answer')(hostile)).toBe('answer')
})
