// Our instrumentation without any SDK; `HTTP=wrapped` needs no peer either.
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
