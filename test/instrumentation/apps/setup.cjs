// Starts OpenTelemetry before the app, with LognitorHttpInstrumentation, or with HttpInstrumentation and withLognitor.
const { NodeSDK } = require('@opentelemetry/sdk-node')
const { ExpressInstrumentation } = require('@opentelemetry/instrumentation-express')
const { LognitorHttpInstrumentation, withLognitor } = require('@lognitor/opentelemetry/instrumentation')

const spans = []
const spanProcessor = {
  onStart() {},
  onEnd: (span) => spans.push({ name: span.name, kind: span.kind, attributes: span.attributes }),
  forceFlush: async () => {},
  shutdown: async () => {},
}
const options = { apiKey: 'test-key', apiUrl: process.env.API_URL, service: 'an-app', flushInterval: 50 }
const made = {
  ours: () => [new LognitorHttpInstrumentation(options)],
  wrapped: () => [new (instrumentation().HttpInstrumentation)(withLognitor({}, options))],
  beside: () => [new (instrumentation().HttpInstrumentation)(), new LognitorHttpInstrumentation(options)],
  before: () => [new LognitorHttpInstrumentation(options), new (instrumentation().HttpInstrumentation)()],
  twice: () => [new LognitorHttpInstrumentation(options), new LognitorHttpInstrumentation(options)],
}
// Loaded only where it is used, because one test does not install it.
function instrumentation() {
  return require('@opentelemetry/instrumentation-http')
}

const http = made[process.env.HTTP ?? 'ours']()
const express = process.env.EXPRESS === 'none' ? [] : [new ExpressInstrumentation()]
const sdk = new NodeSDK({ instrumentations: [...http, ...express], spanProcessors: [spanProcessor] })
sdk.start()

process.on('message', async (word) => {
  if (word !== 'end') return
  await Promise.all(http.map((instrumentation) => instrumentation.shutdown?.()))
  await sdk.shutdown()
  process.send({ serverSpans: spans.filter(({ kind }) => kind === 1), spans: spans.map(({ name }) => name) })
  process.disconnect()
})
