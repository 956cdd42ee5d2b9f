import { expect, test } from 'vitest'
import { HTTP, messages, PINO, runApp, SDK, startServicesForEachTest } from '../register/app.js'

startServicesForEachTest()

const APP = `
import { createServer } from 'node:http'
import { trace } from '@opentelemetry/api'
import pino from 'pino'
trace.getTracer('app').startActiveSpan('job', (span) => {
  pino(pino.destination(2)).info('job done')
  span.end()
})
await globalThis.sdk.shutdown()
`
const telemetry = (configuration: string) => `
import { register } from 'node:module'
import { init, LognitorLogRecordExporter, LognitorLogRecordProcessor, LognitorSpanProcessor } from '@lognitor/opentelemetry'
import { PinoInstrumentation } from '@opentelemetry/instrumentation-pino'
import * as sdk from '@opentelemetry/sdk-node'
register('@opentelemetry/instrumentation/hook.mjs', import.meta.url)
const client = init({ service: 'shop' })
const spans = new LognitorSpanProcessor({ client })
const logs = new LognitorLogRecordProcessor({ client })
const behindBatch = () => new sdk.logs.BatchLogRecordProcessor({ exporter: new LognitorLogRecordExporter({ client }) })
const other = { onStart() {}, onEnd() {}, onEmit() {}, forceFlush: async () => {}, shutdown: async () => {} }
globalThis.sdk = new sdk.NodeSDK({ instrumentations: [new PinoInstrumentation()], ${configuration} })
globalThis.sdk.start()
`

async function warningsOf(configuration: string, env: Record<string, string> = {}) {
  const files = { 'app.mjs': APP, 'telemetry.mjs': telemetry(configuration) }
  const start = ['--import', './telemetry.mjs', 'app.mjs']
  const all = { OTEL_METRICS_EXPORTER: 'none', ...env }
  const { stderr } = await runApp([...SDK, HTTP, PINO, 'pino'], all, files, start)
  expect(messages()).toEqual(['job done'])
  return stderr.split('\n').filter((line) => line.includes('LOGNITOR_EXPORT_STOPPED'))
}

const OURS = 'spanProcessors: [spans], logRecordProcessors: [logs]'
// The environment of the test has the address of a Collector.
const OTLP = { OTEL_TRACES_EXPORTER: 'otlp', OTEL_LOGS_EXPORTER: 'otlp' }

test.each([
  ['by its address', OURS, {}, 'the traces and logs are no longer exported'],
  ['by name', OURS, OTLP, 'the traces and logs are no longer exported'],
  [
    'behind a batch',
    'spanProcessors: [other], logRecordProcessors: [behindBatch()]',
    OTLP,
    'the logs are no longer',
  ],
  [
    'for traces alone',
    'spanProcessors: [spans], logRecordProcessors: [logs, other]',
    OTLP,
    'the traces are no longer',
  ],
])(
  'processors added by hand stop an OTLP export, and one warning says so: %s',
  async (_, own, env, words) => {
    const lines = await warningsOf(own, env)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain(words)
    expect(lines[0]).toContain('sdkConfig')
  },
)

test.each([
  ['none was asked for', OURS, { OTEL_EXPORTER_OTLP_ENDPOINT: '' }],
  ['it is turned off', OURS, { OTEL_TRACES_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' }],
  [
    'other processors stand beside',
    'spanProcessors: [spans, other], logRecordProcessors: [logs, other]',
    OTLP,
  ],
])('no warning about an OTLP export where %s', async (_, own, env) => {
  expect(await warningsOf(own, env)).toEqual([])
})
