import { readFile } from 'node:fs/promises'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchLogRecordProcessor, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs'
import { expect, test } from 'vitest'
import { startInbox } from '../../src/inbox/inbox.js'
import { LognitorLogRecordExporter } from '../../src/otel/log-record-exporter.js'
import { LognitorLogRecordProcessor } from '../../src/otel/log-record-processor.js'
import { MemoryTransport } from '../../src/testing/memory-transport.js'
import { block, closedLatch } from '../support/until.js'
import { logsThrough, openClient } from './support.js'

test('records behind a Batch processor arrive at forceFlush', async () => {
  const { client, transport } = openClient()
  const provider = logsThrough(
    new BatchLogRecordProcessor({ exporter: new LognitorLogRecordExporter({ client }) }),
  )
  for (let n = 0; n < 600; n++) provider.getLogger('test').emit({ body: `line ${n}` })
  await provider.forceFlush()
  expect(transport.logs.map(({ message }) => message)).toEqual(
    Array.from({ length: 600 }, (_, n) => `line ${n}`),
  )
  await provider.shutdown()
})

test('records behind a Simple processor arrive at shutdown', async () => {
  const { client, transport } = openClient()
  const provider = logsThrough(
    new SimpleLogRecordProcessor({ exporter: new LognitorLogRecordExporter({ client }) }),
  )
  provider.getLogger('test').emit({ body: 'one' })
  await provider.shutdown()
  expect(transport.logs.map(({ message }) => message)).toEqual(['one'])
})

test('an export succeeds at once, whatever the service answers', async () => {
  const inbox = await startInbox()
  inbox.faults({ status: 503 })
  const exporter = new LognitorLogRecordExporter({ apiKey: 'test', apiUrl: inbox.apiUrl })
  const results: number[] = []
  exporter.export([], ({ code }) => results.push(code))
  expect(results).toEqual([0])
  inbox.faults({})
  await exporter.shutdown()
  await inbox.close()
})

test('a record with an unusual context, or an invalid id, arrives', async () => {
  const { client, transport } = openClient()
  const exporter = new LognitorLogRecordExporter({ client })
  const severityNumber = 9
  const attributes = { 'exception.type': 'E', 'log.record.uid': { toString: 1 } }
  const records = [
    ...['', 7, null, { traceId: '' }].map((spanContext) => ({ body: 'odd', severityNumber, spanContext })),
    { body: 'odd', severityNumber: 17, attributes },
  ]
  exporter.export(records as never, () => {})
  await client.flush()
  expect(transport.logs.map(({ message }) => message)).toEqual(records.map(() => 'odd'))
  expect(client.stats().dropped).toEqual({})
})

test('a value that is not a record is dropped without affecting other records', async () => {
  const { client, transport } = openClient()
  const exporter = new LognitorLogRecordExporter({ client })
  const results: number[] = []
  const hostile = new Proxy(
    {},
    {
      get: () => {
        throw new Error('no')
      },
    },
  )
  expect(() => exporter.export([hostile as never], ({ code }) => results.push(code))).not.toThrow()
  expect(results).toEqual([0])
  client.info('still here')
  await client.flush()
  expect(transport.logs.map(({ message }) => message)).toContain('still here')
})

test('the client outlives its entry points', async () => {
  const { client, transport } = openClient()
  const exporter = new LognitorLogRecordExporter({ client })
  await exporter.shutdown()
  client.info('after the entry point')
  await client.flush()
  expect(transport.logs).toHaveLength(1)
})

test('entry points with an equal key and address share one client, which ends with the last of them', async () => {
  const inbox = await startInbox()
  const options = { apiKey: 'shared', apiUrl: inbox.apiUrl }
  const [one, two] = [new LognitorLogRecordExporter(options), new LognitorLogRecordExporter(options)]
  const emit = (exporter: LognitorLogRecordExporter, body: string) => {
    const provider = logsThrough(new SimpleLogRecordProcessor({ exporter }))
    provider.getLogger('test').emit({ body })
  }
  emit(one, 'by one')
  emit(two, 'by two')
  await one.shutdown()
  expect(inbox.stats().batches).toBe(1)
  emit(two, 'by two again')
  await two.shutdown()
  expect(inbox.logs().map(({ message }) => message)).toEqual(['by one', 'by two', 'by two again'])
  await inbox.close()
})

test('records of a resource that is still being detected wait and stay in order', async () => {
  const { client, transport } = openClient()
  const intake = closedLatch()
  const resource = resourceFromAttributes({ 'host.name': intake.promise.then(() => 'host-7') })
  const exporter = new LognitorLogRecordExporter({ client })
  const provider = logsThrough(new SimpleLogRecordProcessor({ exporter }), resource)
  provider.getLogger('test').emit({ body: 'early' })
  provider.getLogger('test').emit({ body: 'later' })
  intake.open()
  await provider.forceFlush()
  await client.flush()
  expect(transport.logs.map(({ message, hostname }) => [message, hostname])).toEqual([
    ['early', 'host-7'],
    ['later', 'host-7'],
  ])
})

test('records wait for their resource also where the event loop is blocked meanwhile', async () => {
  const { client, transport } = openClient()
  const provider = logsThrough(
    new LognitorLogRecordProcessor({ client }),
    resourceFromAttributes({ 'host.name': detected('host-7') }),
  )
  provider.getLogger('test').emit({ body: 'early' })
  block(1500)
  await provider.forceFlush()
  expect(transport.logs.map(({ message, hostname }) => [message, hostname])).toEqual([['early', 'host-7']])
})

/** A detector of the SDK reads a file. */
async function detected(value: string): Promise<string> {
  await readFile(import.meta.filename)
  return value
}

test('records that a Simple processor still holds for their resource at shutdown arrive', async () => {
  const transport = new MemoryTransport()
  const resource = resourceFromAttributes({
    'host.id': new Promise((resolve) => setTimeout(resolve, 5, 'id')),
  })
  const exporter = new LognitorLogRecordExporter({ transport })
  const provider = logsThrough(new SimpleLogRecordProcessor({ exporter }), resource)
  for (let n = 0; n < 30; n++) provider.getLogger('test').emit({ body: `line ${n}` })
  await provider.shutdown()
  expect(transport.logs).toHaveLength(30)
})

test('the same where the event loop is blocked meanwhile', async () => {
  const transport = new MemoryTransport()
  const resource = resourceFromAttributes({ 'host.id': detected('id') })
  const exporter = new LognitorLogRecordExporter({ transport })
  const provider = logsThrough(new SimpleLogRecordProcessor({ exporter }), resource)
  provider.getLogger('test').emit({ body: 'one' })
  const ended = provider.shutdown()
  setImmediate(block, 300)
  await ended
  expect(transport.logs.map(({ message }) => message)).toEqual(['one'])
})

test('options of the client win over the record, and the record wins over the resource', async () => {
  const { client, transport } = openClient({ service: 'by options' })
  const resource = resourceFromAttributes({ 'service.name': 'by resource', 'service.version': '1' })
  const provider = logsThrough(
    new SimpleLogRecordProcessor({ exporter: new LognitorLogRecordExporter({ client }) }),
    resource,
  )
  provider.getLogger('test').emit({ body: 'x', attributes: { 'lognitor.version': '2' } })
  await provider.shutdown()
  await client.flush()
  expect(transport.logs[0]).toMatchObject({ service: 'by options', version: '2' })
})

test('a wrong option throws at once and names itself', () => {
  const wrong = { transport: new MemoryTransport(), batchSize: 1000 }
  expect(() => new LognitorLogRecordExporter(wrong)).toThrow(
    'Option "batchSize": expected a whole number from 1 to 100, got 1000.',
  )
})

test('after shutdown an export fails, and its records are counted', async () => {
  const { client, transport } = openClient()
  const exporter = new LognitorLogRecordExporter({ client })
  await exporter.shutdown()
  const result = await new Promise<unknown>((done) => exporter.export([{ body: 'late' } as never], done))
  await client.flush()
  expect(result).toMatchObject({ code: 1, error: { message: 'The exporter was shut down' } })
  expect(transport.logs).toEqual([])
  expect(client.stats().dropped).toEqual({ closed: 1 })
})
