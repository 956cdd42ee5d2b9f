const { flush, init, shutdown } = require('@lognitor/opentelemetry')
const { startInbox } = require('@lognitor/opentelemetry/testing')
const { checkout } = require('./checkout.js')

let inbox
beforeAll(async () => {
  inbox = await startInbox()
  init({ apiKey: 'test', apiUrl: inbox.apiUrl, service: 'checkout' })
})
beforeEach(() => inbox.clear())
afterEach(() => jest.useRealTimers())
afterAll(async () => {
  await shutdown()
  await inbox.close()
})

test('an order that is paid is logged', async () => {
  expect(await checkout({ id: 7 }, async () => {})).toBe(true)
  await flush()
  expect(inbox.logs()).toMatchObject([{ level: 'info', message: 'Order paid', metadata: { orderId: 7 } }])
})

test('an order that cannot be paid is one error', async () => {
  const pay = async () => {
    throw new RangeError('card declined')
  }
  expect(await checkout({ id: 8 }, pay)).toBe(false)
  await flush()
  expect(inbox.errors()).toMatchObject([{ type: 'RangeError', message: 'card declined', count: 1 }])
})

test('logs have the date of fake timers, and are delivered all the same', async () => {
  jest.useFakeTimers({ now: new Date('2030-01-01T12:00:00Z') })
  await checkout({ id: 9 }, async () => {})
  await flush()
  expect(inbox.logs()).toMatchObject([{ message: 'Order paid', timestamp: '2030-01-01T12:00:00.000Z' }])
})

test('a log waits while Lognitor is down, and arrives when it is back', async () => {
  inbox.faults({ status: 503 })
  await checkout({ id: 10 }, async () => {})
  expect(await flush(200)).toBe(false)
  inbox.faults({})
  expect(await flush()).toBe(true)
  expect(inbox.logs()).toHaveLength(1)
})
