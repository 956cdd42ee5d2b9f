// A server that sets up OpenTelemetry within its first request, and writes spans and routes of its own, like Next.js.
const { createServer } = require('node:http')
const { SpanKind, trace } = require('@opentelemetry/api')

let ready
function setUp() {
  const { NodeSDK } = require('@opentelemetry/sdk-node')
  const lognitor = require('@lognitor/opentelemetry')
  const { LognitorHttpInstrumentation } = require('@lognitor/opentelemetry/instrumentation')
  const client = lognitor.init({ apiKey: 'k', apiUrl: process.env.API_URL, flushInterval: 50 })
  new NodeSDK({
    spanProcessors: [new lognitor.LognitorSpanProcessor({ client })],
    instrumentations: [new LognitorHttpInstrumentation({ client })],
  }).start()
  return lognitor
}

const server = createServer(async (request, response) => {
  ready ??= Promise.resolve().then(setUp)
  const lognitor = await ready
  const path = new URL(request.url, 'http://localhost').pathname
  const attributes = { 'http.method': request.method, 'http.target': request.url }
  trace.getTracer('framework').startActiveSpan('GET', { kind: SpanKind.SERVER, attributes }, async (span) => {
    await new Promise(setImmediate)
    trace.getTracer('framework').startActiveSpan('page', async (page) => {
      await new Promise(setImmediate)
      if (path.startsWith('/user')) lognitor.setUser({ id: 'first-user' })
      lognitor.info(`log of ${path}`)
      page.end()
      response.end('ok')
      span.setAttribute('http.route', `${path.split('/').slice(0, 2).join('/')}/[id]`)
      span.end()
    })
  })
})
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
process.on('message', () => process.disconnect())
server.unref()
