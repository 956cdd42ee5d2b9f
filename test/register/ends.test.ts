import { expect, test } from 'vitest'
import { collector, HTTP, inbox, messages, PINO, runApp, SDK, startServicesForEachTest } from './app.js'

startServicesForEachTest()

const PACKAGES = [...SDK, HTTP, PINO, 'pino']
/** Batch delays are so long that no batch is sent by its timer. */
const OTLP = {
  OTEL_TRACES_EXPORTER: 'otlp',
  OTEL_LOGS_EXPORTER: 'otlp',
  OTEL_BSP_SCHEDULE_DELAY: '3600000',
  OTEL_BLRP_SCHEDULE_DELAY: '3600000',
}
const app = (rest: string) => `
import { trace } from '@opentelemetry/api'
import pino from 'pino'
pino(pino.destination(2)).info('before the end')
trace.getTracer('app').startActiveSpan('nightly job', (span) => span.end())
${rest}
`
const SIGNAL = `setInterval(() => {}, 1000)\nprocess.kill(process.pid, 'SIGTERM')`
const run = (rest: string, env: Record<string, string> = {}) =>
  runApp(PACKAGES, { ...OTLP, ...env }, { 'app.mjs': app(rest) })

test.each([
  ['by SIGTERM', SIGNAL, 'SIGTERM'],
  [
    'by SIGTERM that the application handles',
    `process.once('SIGTERM', () => setTimeout(() => process.exit(3), 1000))\n${SIGNAL}`,
    3,
  ],
  [
    'by SIGTERM that the application raises again as soon as the batch is on its way',
    `process.once('SIGTERM', () => setTimeout(() => process.kill(process.pid, 'SIGTERM'), 50))\n${SIGNAL}`,
    'SIGTERM',
  ],
  ['because nothing is left to do', '', 0],
])(
  'the batch of an OTLP exporter beside zero code is sent before the process ends %s',
  async (_, rest, end) => {
    const { code } = await run(rest)
    expect(code).toBe(end)
    expect(new Set(collector.paths)).toEqual(new Set(['/v1/traces', '/v1/logs']))
    expect(messages()).toEqual(['before the end'])
  },
)

test('a batch of spans that the SDK has just begun to send arrives before SIGTERM ends the process', async () => {
  const spans = `
import { trace } from '@opentelemetry/api'
trace.getTracer('app').startActiveSpan('nightly job', (span) => span.end())
setTimeout(() => process.kill(process.pid, 'SIGTERM'), 200)
setInterval(() => {}, 1000)
`
  const env = { OTEL_TRACES_EXPORTER: 'otlp', OTEL_BSP_SCHEDULE_DELAY: '200' }
  const { code } = await runApp(SDK, env, { 'app.mjs': spans })
  expect([code, collector.paths]).toEqual(['SIGTERM', ['/v1/traces']])
})

test('without an API key the exporters that the environment names are flushed too', async () => {
  const { code } = await run(SIGNAL, { LOGNITOR_API_KEY: '' })
  expect(code).toBe('SIGTERM')
  expect(new Set(collector.paths)).toEqual(new Set(['/v1/traces', '/v1/logs']))
  expect(inbox.logs()).toEqual([])
})

// An exporter that may retry for an hour would outlast the test.
const PATIENT = { OTEL_EXPORTER_OTLP_TIMEOUT: '3600000', LOGNITOR_FLUSH_ON_EXIT: '500' }

test.each([
  ['that does not answer holds the natural end', '', 0, undefined],
  ['that does not answer holds SIGTERM', SIGNAL, 'SIGTERM', undefined],
  ['that is not there holds the natural end', '', 0, 'http://127.0.0.1:9'],
])('a Collector %s no longer than flushOnExit', async (_, rest, end, address) => {
  collector.fallSilent()
  const { code } = await run(rest, { ...PATIENT, ...(address && { OTEL_EXPORTER_OTLP_ENDPOINT: address }) })
  expect(code).toBe(end)
  expect(messages()).toEqual(['before the end'])
})

test('metrics that the environment sends to a Collector are sent at the end too', async () => {
  const rest = `import { metrics } from '@opentelemetry/api'\nmetrics.getMeter('app').createCounter('jobs').add(1)\n${SIGNAL}`
  const { code } = await run(rest, { OTEL_METRICS_EXPORTER: 'otlp', OTEL_METRIC_EXPORT_INTERVAL: '3600000' })
  expect(code).toBe('SIGTERM')
  expect(collector.paths).toContain('/v1/metrics')
})
