// A service that crashes in one of two concurrent requests, with tracing and request entries.
const { trace } = require('@opentelemetry/api')
const { NodeSDK } = require('@opentelemetry/sdk-node')
const lognitor = require('@lognitor/opentelemetry')
const { LognitorHttpInstrumentation } = require('@lognitor/opentelemetry/instrumentation')

const client = lognitor.init({ service: 'crashing' })
new NodeSDK({
  spanProcessors: [new lognitor.LognitorSpanProcessor({ client })],
  logRecordProcessors: [new lognitor.LognitorLogRecordProcessor({ client })],
  metricReaders: [],
  instrumentations: [new LognitorHttpInstrumentation({ client })],
}).start()
const { createServer, get } = require('node:http')

const [, , way, handler] = process.argv
const boom = new TypeError('boom', { cause: new RangeError('too far') })
const ways = {
  'in the listener': () => {
    throw boom
  },
  'in a timer': () =>
    setTimeout(() => {
      throw boom
    }, 5),
  'in a promise': async () => {
    await null
    throw boom
  },
  'in its body': (req) => {
    req.resume()
    req.on('end', () => {
      throw boom
    })
  },
  'after it was captured': () => {
    client.captureException(boom, { metadata: { mine: true } })
    throw boom
  },
}
if (handler === 'captures') {
  process.on('uncaughtException', (error) => {
    client.captureException(error, { metadata: { mine: true } })
    process.exit(1)
  })
}

function crash(req, res) {
  client.info('about to crash', { metadata: { traceId: trace.getActiveSpan().spanContext().traceId } })
  ways[way](req, res)
}

const server = createServer((req, res) => {
  lognitor.setUser({ id: req.url })
  if (req.url === '/fine') setTimeout(() => res.end(), 20_000)
  else crash(req, res)
})
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address()
  get({ port, path: '/fine' }).on('error', () => {})
  const headers = { 'x-request-id': 'the-one' }
  setTimeout(() => get({ port, path: '/crash', headers }).on('error', () => {}), 50)
})
