import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Inbox, startInbox } from '../../src/testing/index.js'
import { runJob, ZERO_CODE } from './job.js'

const PACKAGES = [
  '@opentelemetry/api',
  '@opentelemetry/instrumentation',
  '@opentelemetry/instrumentation-console',
  '@opentelemetry/instrumentation-http',
  '@opentelemetry/sdk-node',
  'express',
]

/** Errors that nothing but Express's final handler sees, and what the application itself logs. */
const APP = `
import express from 'express'
const app = express()
const failure = (status, message) => Object.assign(new RangeError(message), { status })
app.get('/missing', (request, response, next) => next(failure(404, 'no such order')))
app.post('/order', express.json(), (request, response) => response.end())
app.get('/boom', () => { throw failure(503, 'database gone') })
app.get('/late', (request, response) => {
  response.on('close', () => setTimeout(() => request.next(new RangeError('receipt not sent')), 20))
  response.json({})
})
app.get('/own', (request, response) => {
  console.error(new RangeError('seen by the application'))
  response.status(404).end()
})
const server = app.listen(0, '127.0.0.1', async () => {
  const origin = 'http://127.0.0.1:' + server.address().port
  const headers = { 'content-type': 'application/json', connection: 'close' }
  for (const path of ['/missing', '/boom', '/late', '/own']) await (await fetch(origin + path, { headers })).text()
  // The handler answers only when it has read the whole body.
  await (await fetch(origin + '/order', { method: 'POST', headers, body: '{"no' + ' '.repeat(50_000) })).text()
  setTimeout(() => process.exit(), 100)
})
`

let inbox: Inbox

beforeEach(async () => {
  inbox = await startInbox({ port: 0 })
})

afterEach(() => inbox.close())

for (const express of [[], ['@opentelemetry/instrumentation-express']]) {
  const beside = express.length > 0 ? ', beside its instrumentation' : ''
  test(`what Express's final handler prints is an error only for a request answered with 5xx${beside}`, async () => {
    const { logs, stderr } = await runJob(inbox, {
      packages: [...PACKAGES, ...express],
      files: { 'app.mjs': APP },
      start: ZERO_CODE,
    })
    const errors = logs.filter((log) => log.level === 'error' || log.error !== undefined)
    expect(errors.map(({ error }) => error?.message).sort()).toEqual([
      'database gone',
      'receipt not sent',
      'seen by the application',
    ])
    const missing = logs.find(({ message }) => message.includes('no such order'))
    expect(missing).toMatchObject({ level: 'info', request_id: expect.any(String) })
    expect(missing?.metadata?.stack).toContain('app.mjs')
    expect(logs.find(({ message }) => message.includes('JSON'))).toMatchObject({ level: 'info' })
    expect(stderr).toContain('no such order')
  })
}

const BEHIND_BATCH = `
import { register } from 'node:module'
import { init, LognitorLogRecordExporter, LognitorSpanProcessor } from '@lognitor/opentelemetry'
import { LognitorHttpInstrumentation } from '@lognitor/opentelemetry/instrumentation'
import { ConsoleInstrumentation } from '@opentelemetry/instrumentation-console'
import { logs, NodeSDK } from '@opentelemetry/sdk-node'
register('@opentelemetry/instrumentation/hook.mjs', import.meta.url)
const client = init()
new NodeSDK({
  logRecordProcessors: [new logs.BatchLogRecordProcessor({ exporter: new LognitorLogRecordExporter({ client }), scheduledDelayMillis: 10 })],
  spanProcessors: [new LognitorSpanProcessor({ client })],
  metricReaders: [],
  instrumentations: [new LognitorHttpInstrumentation({ client }), new ConsoleInstrumentation()],
}).start()
`

test('the same holds for an exporter behind a batch processor', async () => {
  const { logs } = await runJob(inbox, {
    packages: PACKAGES,
    files: { 'app.mjs': APP, 'telemetry.mjs': BEHIND_BATCH },
  })
  const errors = logs.filter((log) => log.level === 'error' || log.error !== undefined)
  expect(errors.map(({ error }) => error?.message).sort()).toEqual([
    'database gone',
    'receipt not sent',
    'seen by the application',
  ])
  expect(logs.find(({ message }) => message.includes('no such order'))).toMatchObject({ level: 'info' })
})
