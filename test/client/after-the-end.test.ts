import { resourceFromAttributes } from '@opentelemetry/resources'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { LognitorClient } from '../../src/client/client.js'
import { LognitorLogRecordProcessor } from '../../src/otel/log-record-processor.js'
import { LognitorSpanProcessor } from '../../src/otel/span-processor.js'
import { logsThrough, spansThrough } from '../otel/support.js'
import { closedLatch, settle, until } from '../support/until.js'
import { inMemory, type OnClock, onClock } from './support.js'

type Lognitor = typeof import('../../src/index.js')

let rig: OnClock
let lognitor: Lognitor

beforeEach(async () => {
  rig = await onClock()
  vi.resetModules()
  lognitor = await import('../../src/index.js')
})
afterEach(() => rig.close())

async function memory() {
  const { MemoryTransport } = await import('../../src/testing/index.js')
  return new MemoryTransport()
}

const messagesOf = ({ logs }: { logs: readonly { message: string }[] }) =>
  logs.map(({ message }) => message).sort()

test('children and timers of the module write to the current client, whether created before init or after', async () => {
  const [first, second] = [await memory(), await memory()]
  const early = lognitor.child({ tags: ['early'] })
  lognitor.init({ transport: first })
  const late = lognitor.child({ tags: ['late'] }).child({ tags: ['later'] })
  const timer = lognitor.startTimer()
  early.info('early')
  late.info('late')
  timer.end('timer')
  await lognitor.shutdown()
  expect(messagesOf(first)).toEqual(['early', 'late', 'timer'])
  lognitor.init({ transport: second })
  early.info('early')
  late.info('late')
  timer.end('timer')
  await lognitor.flush()
  expect(messagesOf(second)).toEqual(['early', 'late', 'timer'])
})

test('a child of one client stays with that client', async () => {
  const { client, logs } = inMemory()
  const child = client.child({ tags: ['own'] })
  await client.shutdown()
  expect(child.info('late')).toBe('')
  expect(await logs()).toEqual([])
  expect(client.stats().dropped).toEqual({ closed: 1 })
})

test('entry points without options follow the default client, whether used before it ended or not', async () => {
  const [first, second] = [await memory(), await memory()]
  const logger = logsThrough(new lognitor.LognitorLogRecordProcessor()).getLogger('app')
  const tracer = spansThrough(new lognitor.LognitorSpanProcessor()).getTracer('app')
  const write = () => {
    logger.emit({ body: 'record' })
    const span = tracer.startSpan('work')
    span.recordException(new Error('recorded'))
    span.end()
  }
  lognitor.init({ transport: first })
  write()
  await lognitor.shutdown()
  expect(messagesOf(first)).toEqual(['record', 'recorded'])
  lognitor.init({ transport: second })
  write()
  await lognitor.flush()
  expect(messagesOf(second)).toEqual(['record', 'recorded'])
})

test('an entry point with a key of its own follows the next client of that key', async () => {
  const options = { apiKey: 'lgn_again', apiUrl: rig.vendor.apiUrl }
  const first = new LognitorClient(options)
  const tracer = spansThrough(new LognitorSpanProcessor(options)).getTracer('app')
  await first.shutdown()
  const second = new LognitorClient(options)
  const span = tracer.startSpan('work')
  span.recordException(new Error('recorded'))
  span.end()
  expect(await second.flush()).toBe(true)
  expect(rig.vendor.messages()).toEqual(['recorded'])
  await second.shutdown()
})

test('an init during a shutdown makes the next client', async () => {
  const latch = closedLatch()
  const [first, second] = [await memory(), await memory()]
  const slow = {
    send: async (request: Parameters<typeof first.send>[0]) => {
      await latch.promise
      return first.send(request)
    },
  }
  lognitor.init({ transport: slow }).info('first')
  const ending = lognitor.shutdown()
  const next = lognitor.init({ transport: second })
  next.info('of the next client')
  lognitor.info('of the module')
  latch.open()
  expect(await ending).toBe(true)
  expect(lognitor.info('later')).not.toBe('')
  await lognitor.flush()
  expect(messagesOf(first)).toEqual(['first'])
  expect(messagesOf(second)).toEqual(['later', 'of the module', 'of the next client'])
})

test('a client that is made while one of the same key ends does not end with that', async () => {
  const latch = closedLatch()
  rig.vendor.answer({ after: latch.promise }, {})
  const options = { apiKey: 'lgn_again', apiUrl: rig.vendor.apiUrl }
  const first = new LognitorClient(options)
  first.info('first')
  const ending = first.shutdown()
  const second = new LognitorClient(options)
  latch.open()
  expect(await ending).toBe(true)
  second.info('second')
  expect(await second.shutdown()).toBe(true)
  expect(rig.vendor.messages()).toEqual(['first', 'second'])
})

test('logs written while shutdown delivers are delivered too', async () => {
  const held = closedLatch()
  rig.vendor.answer({ after: held.promise }, {})
  rig.client.info('before')
  const ending = rig.client.shutdown()
  await until(() => rig.vendor.open === 1, 'the first batch is under way')
  const id = rig.client.info('during')
  held.open()
  expect(await ending).toBe(true)
  expect(id).not.toBe('')
  expect(rig.vendor.messages()).toEqual(['before', 'during'])
})

test('every log during a shutdown is either delivered, or refused without an id and counted', async () => {
  rig.client.info('before')
  let taken = 1
  let refused = 0
  const ending = rig.client.shutdown().finally(() => clearInterval(timer))
  const timer = setInterval(() => {
    if (rig.client.info('during') === '') refused++
    else taken++
  }, 0)
  await ending
  await settle()
  expect(rig.client.info('after')).toBe('')
  expect(rig.vendor.messages()).toHaveLength(taken)
  expect(rig.client.stats()).toMatchObject({ accepted: taken, dropped: { closed: refused + 1 } })
})

test('a log with an id that is not sent within the time of shutdown is counted', async () => {
  rig.vendor.answer({ silent: true })
  rig.client.info('before')
  const ending = rig.client.shutdown(300)
  await until(() => rig.vendor.open === 1, 'the batch is under way')
  expect(rig.client.info('during')).not.toBe('')
  rig.clock.advance(300)
  expect(await ending).toBe(false)
  expect(rig.client.stats().dropped).toEqual({ exit: 2 })
})

test('a client that is disabled still delivers the logs it has taken, the held summary included', async () => {
  for (let n = 0; n < 3; n++) rig.client.error('again', { error: { type: 'T', message: 'same' } })
  rig.client.reconfigure({ enabled: false })
  expect(rig.client.info('off')).toBe('')
  expect(await rig.client.flush()).toBe(true)
  const logs = rig.vendor.batches.flatMap(({ json }) => json.logs)
  expect(logs.map(({ metadata }) => metadata.dedupCount)).toEqual([undefined, 2])
  expect(rig.client.stats().dropped).toEqual({ duplicate: 2, disabled: 1 })
})

test('a record that waits for its resource is sent when its client is disabled', async () => {
  const { client, logs } = inMemory()
  const resource = resourceFromAttributes({ 'service.name': new Promise<string>(() => {}) })
  const logger = logsThrough(new LognitorLogRecordProcessor({ client }), resource).getLogger('app')
  logger.emit({ body: 'waits' })
  client.reconfigure({ enabled: false })
  logger.emit({ body: 'off' })
  expect((await logs()).map(({ message }) => message)).toEqual(['waits'])
  expect(client.stats()).toMatchObject({ written: 2, dropped: { disabled: 1 } })
})
