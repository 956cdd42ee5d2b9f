// LognitorHttpInstrumentation without any SDK. With `HTTP=wrapped`, withLognitor, which needs no peer.
const { LognitorHttpInstrumentation, withLognitor } = require('@lognitor/opentelemetry/instrumentation')

const options = { apiKey: 'test-key', apiUrl: process.env.API_URL, service: 'an-app', flushInterval: 50 }
const instrumentation = process.env.HTTP === 'wrapped' ? undefined : new LognitorHttpInstrumentation(options)
if (instrumentation === undefined) withLognitor({}, options)

process.on('message', async (word) => {
  if (word !== 'end') return
  await instrumentation?.shutdown()
  process.send({ serverSpans: [], spans: [] })
  if (instrumentation !== undefined) process.disconnect()
})
