// A shop in Express and Pino under OpenTelemetry's NodeSDK with its own OTLP exporters, without Lognitor. It prints its
// port, and ends in order when its standard input does.
const { trace } = require('@opentelemetry/api')
const { ExpressInstrumentation } = require('@opentelemetry/instrumentation-express')
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http')
const { PinoInstrumentation } = require('@opentelemetry/instrumentation-pino')
const { NodeSDK } = require('@opentelemetry/sdk-node')

const sdk = new NodeSDK({
  instrumentations: [new HttpInstrumentation(), new ExpressInstrumentation(), new PinoInstrumentation()],
})
sdk.start()

const express = require('express')
const pino = require('pino')

class CardError extends Error {
  name = 'CardError'
}

const logger = pino({ level: 'debug' }, { write() {} })
logger.debug('level debug')
logger.info({ count: 3, ratio: 0.5, ok: true }, 'level info')
logger.warn('level warn')
logger.error('level error')
logger.fatal('level fatal')

const app = express()
app.get('/orders/:id', (request, response) => {
  logger.info({ 'order.id': request.params.id }, 'order read')
  response.send('order')
})
app.get('/fail', () => {
  throw new CardError('card declined', { cause: new Error('bank unreachable') })
})
app.post('/pay', (_request, response) => {
  trace.getActiveSpan().recordException(new CardError('card declined twice, fallback used'))
  response.send('paid')
})
app.get('/both', (_request, response) => {
  const error = new CardError('refund failed')
  trace.getActiveSpan().recordException(error)
  logger.error(error, 'refund')
  response.status(500).send('failed')
})
app.use((_error, _request, response, _next) => {
  response.status(500).send('failed')
})

const server = app.listen(0, '127.0.0.1', () => console.log(server.address().port))
process.stdin.resume().on('end', async () => {
  server.close()
  await sdk.shutdown()
})
