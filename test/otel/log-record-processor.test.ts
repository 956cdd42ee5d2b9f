import { DiagLogLevel, diag } from '@opentelemetry/api'
import { SeverityNumber } from '@opentelemetry/api-logs'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { expect, test } from 'vitest'
import { LognitorLogRecordProcessor } from '../../src/otel/log-record-processor.js'
import { processScope, withScope } from '../../src/scope/current.js'
import { closedLatch } from '../support/until.js'
import { logsThrough, openClient } from './support.js'

test('a record is passed to the client as soon as it is emitted', () => {
  const { client } = openClient()
  const provider = logsThrough(new LognitorLogRecordProcessor({ client }))
  provider.getLogger('test').emit({ body: 'one' })
  expect(client.stats()).toMatchObject({ written: 1, queued: 1 })
})

test('each logger bridge may have a minimum level of its own', async () => {
  const { client, transport } = openClient()
  const minLevel = { pino: 'warn', winston: 'info' } as const
  const provider = logsThrough(new LognitorLogRecordProcessor({ client, minLevel }))
  const say = (scope: string, severityNumber: SeverityNumber) =>
    provider.getLogger(scope).emit({ severityNumber, body: `${scope} ${severityNumber}` })
  for (const scope of ['@opentelemetry/instrumentation-pino', '@opentelemetry/winston-transport', 'own']) {
    for (const severity of [SeverityNumber.DEBUG, SeverityNumber.INFO, SeverityNumber.WARN])
      say(scope, severity)
  }
  await client.flush()
  expect(transport.logs.map(({ message }) => message)).toEqual([
    '@opentelemetry/instrumentation-pino 13',
    '@opentelemetry/winston-transport 9',
    '@opentelemetry/winston-transport 13',
    'own 5',
    'own 9',
    'own 13',
  ])
})

test('records below the minimum level are counted', () => {
  const { client } = openClient()
  const processor = new LognitorLogRecordProcessor({ client, minLevel: 'error' })
  const hrTime: [number, number] = [1, 0]
  processor.onEmit({
    hrTime,
    hrTimeObserved: hrTime,
    severityNumber: 9,
    body: 'x',
    resource: resourceFromAttributes({}),
    instrumentationScope: { name: 'test' },
    attributes: {},
    droppedAttributesCount: 0,
  })
  expect(client.stats()).toMatchObject({ written: 1, queued: 0, dropped: { min_level: 1 } })
})

test('a wrong level names the bridge', () => {
  const wrong = { minLevel: { pino: 'loud' } } as never
  expect(() => new LognitorLogRecordProcessor(wrong)).toThrow(
    'Option "minLevel.pino": expected one of debug, info, warn, error, fatal, got "loud".',
  )
})

test('a record that waits for its resource keeps the scope it was written in', async () => {
  const { client, transport } = openClient()
  const intake = closedLatch()
  const resource = resourceFromAttributes({ 'host.name': intake.promise.then(() => 'host-7') })
  const provider = logsThrough(new LognitorLogRecordProcessor({ client }), resource)
  withScope((scope) => {
    scope.setUser({ id: 'ada' })
    provider.getLogger('test').emit({ body: 'early' })
  })
  expect(processScope().user).toBeUndefined()
  intake.open()
  await provider.forceFlush()
  await client.flush()
  expect(transport.logs[0]).toMatchObject({ message: 'early', hostname: 'host-7', user: { id: 'ada' } })
})

test('diagnostics of this package never come back as logs', async () => {
  const { client, transport } = openClient({ onDrop: () => {}, minLevel: 'error' })
  const provider = logsThrough(new LognitorLogRecordProcessor({ client }))
  const logger = provider.getLogger('console bridge')
  const echo = (message: string) => {
    if (message.startsWith('lognitor')) logger.emit({ severityNumber: SeverityNumber.ERROR, body: message })
  }
  diag.setLogger({ error: echo, warn: echo, info: echo, debug: echo, verbose: echo }, DiagLogLevel.ALL)
  try {
    client.info('below the level: the first drop is told')
    client.error('kept')
    await client.flush()
  } finally {
    diag.disable()
  }
  expect(transport.logs.map(({ message }) => message)).toEqual(['kept'])
})

test('after shutdown it takes no more records, and counts them', async () => {
  const { client, transport } = openClient()
  const processor = new LognitorLogRecordProcessor({ client })
  const logger = logsThrough(processor).getLogger('app')
  logger.emit({ body: 'in time' })
  await processor.shutdown()
  logger.emit({ body: 'late' })
  await client.flush()
  expect(transport.logs.map(({ message }) => message)).toEqual(['in time'])
  expect(client.stats().dropped).toEqual({ closed: 1 })
})
