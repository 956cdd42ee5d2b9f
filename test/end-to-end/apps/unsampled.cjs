// An Express service of which no trace is sampled.
const { ExpressInstrumentation } = require('@opentelemetry/instrumentation-express')
const { PinoInstrumentation } = require('@opentelemetry/instrumentation-pino')
const { NodeSDK } = require('@opentelemetry/sdk-node')
const { AlwaysOffSampler } = require('@opentelemetry/sdk-trace-base')
const {
  init,
  LognitorLogRecordProcessor,
  LognitorSpanProcessor,
  recordUnsampled,
} = require('@lognitor/opentelemetry')
const { LognitorHttpInstrumentation } = require('@lognitor/opentelemetry/instrumentation')

const client = init({ service: 'unsampled', flushInterval: 200 })
new NodeSDK({
  sampler: recordUnsampled(new AlwaysOffSampler()),
  logRecordProcessors: [new LognitorLogRecordProcessor({ client })],
  spanProcessors: [new LognitorSpanProcessor({ client })],
  metricReaders: [],
  instrumentations: [
    new LognitorHttpInstrumentation({ client }),
    new ExpressInstrumentation(),
    new PinoInstrumentation(),
  ],
}).start()

const express = require('express')
const pino = require('pino')
const log = pino(pino.destination('/dev/null'))

const app = express()
app.get('/orders/:id', (req, res) => {
  log.info({ order: req.params.id }, 'looked up')
  res.json({ id: req.params.id })
})
app.get('/different/:id', async (req) => {
  // No number in it, for those are taken out of what makes a fingerprint.
  const word = [...req.params.id].map((digit) => 'abcdefghij'[Number(digit)]).join('')
  throw new Error(`no such thing as ${word}`)
})
app.get('/alike/:id', () => {
  throw new Error('always the same')
})
app.use((_error, _req, res, _next) => {
  res.status(500).end()
})

const server = app.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
