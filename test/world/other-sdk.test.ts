import { expect, test } from 'vitest'
import {
  APP,
  collector,
  HTTP,
  inbox,
  LINE_3,
  messages,
  PINO,
  REGISTER,
  runApp,
  SDK,
  startServicesForEachTest,
} from '../register/app.js'

startServicesForEachTest()

const AUTO = '@opentelemetry/auto-instrumentations-node'
const STOCK = ['--import', `${AUTO}/register`]
const PACKAGES = [...SDK, HTTP, PINO, AUTO, 'pino']
const OTLP = { OTEL_TRACES_EXPORTER: 'otlp', OTEL_LOGS_EXPORTER: 'otlp', OTEL_METRICS_EXPORTER: 'none' }
const warnings = (stderr: string) => stderr.match(/LOGNITOR_\w+/g)

test.each([
  ['before', [...STOCK, ...REGISTER]],
  ['after', [...REGISTER, ...STOCK]],
])(
  "OpenTelemetry's own register %s Lognitor's: everything continues, each line arrives once, and one warning says so",
  async (_, preloads) => {
    const { code, stderr } = await runApp(PACKAGES, OTLP, { 'app.mjs': APP }, [...preloads, 'app.mjs'])
    expect(code).toBe(0)
    expect(warnings(stderr)).toEqual(['LOGNITOR_TWO_SDKS'])
    expect(messages()).toEqual(['asked', 'out of stock'])
    expect(inbox.logs().every((log) => log.trace)).toBe(true)
    expect(inbox.requests()).toHaveLength(1)
    expect(new Set(collector.paths)).toEqual(new Set(['/v1/traces', '/v1/logs']))
  },
)

const IN_CODE = (instrumentations: string) => `
import { NodeSDK } from '@opentelemetry/sdk-node'
import { PinoInstrumentation } from '${PINO}'
import { HttpInstrumentation } from '${HTTP}'
const sdk = new NodeSDK({ instrumentations: [${instrumentations}] })
sdk.start()
process.once('beforeExit', () => sdk.shutdown())
`

test.each([
  ['of its own instrumentations', 'new PinoInstrumentation(), new HttpInstrumentation()'],
  ['without instrumentations', ''],
])('a NodeSDK in code %s keeps its export, and each line comes once', async (_, instrumentations) => {
  const files = { 'app.mjs': APP, 'telemetry.mjs': IN_CODE(instrumentations) }
  const start = [...REGISTER, '--import', './telemetry.mjs', 'app.mjs']
  const { code, stderr } = await runApp(PACKAGES, { OTEL_METRICS_EXPORTER: 'none' }, files, start)
  expect(code).toBe(0)
  expect(warnings(stderr)).toEqual(['LOGNITOR_TWO_SDKS'])
  expect(messages()).toEqual(['asked', 'out of stock'])
  expect(inbox.requests()).toHaveLength(1)
  expect(new Set(collector.paths)).toEqual(new Set(['/v1/traces', '/v1/logs']))
})

const BY_SDK_CONFIG = `
import { sdkConfig } from '@lognitor/opentelemetry/sdk'
import { PinoInstrumentation } from '${PINO}'
import { NodeSDK } from '@opentelemetry/sdk-node'
const sdk = new NodeSDK(sdkConfig({}, { instrumentations: [new PinoInstrumentation()] }))
sdk.start()
process.once('beforeExit', () => sdk.shutdown())
`

test.each([
  ['before', ['--import', './telemetry.mjs', ...REGISTER]],
  ['after', [...REGISTER, '--import', './telemetry.mjs']],
])('with a set-up by sdkConfig %s zero code nothing arrives twice', async (_, preloads) => {
  const files = { 'app.mjs': APP, 'telemetry.mjs': BY_SDK_CONFIG }
  const start = [...preloads, 'app.mjs']
  const { code, stderr } = await runApp(PACKAGES, { OTEL_METRICS_EXPORTER: 'none' }, files, start)
  expect(code).toBe(0)
  expect(warnings(stderr)).toEqual(['LOGNITOR_TWO_SDKS'])
  expect(messages()).toEqual(['asked', 'out of stock'])
  expect(inbox.requests()).toHaveLength(1)
  expect(new Set(collector.paths)).toEqual(new Set(['/v1/traces', '/v1/logs']))
})

test('beside a NodeSDK in code of OpenTelemetry 3 its export continues and each line arrives once', async () => {
  const files = {
    'app.mjs': APP,
    'telemetry.mjs': IN_CODE('new PinoInstrumentation(), new HttpInstrumentation()'),
  }
  const start = [...REGISTER, '--import', './telemetry.mjs', 'app.mjs']
  const env = { OTEL_METRICS_EXPORTER: 'none' }
  const { stderr } = await runApp([...SDK, HTTP, PINO, 'pino'], env, files, start, LINE_3)
  expect(warnings(stderr)).toEqual(['LOGNITOR_TWO_SDKS'])
  expect(messages()).toEqual(['asked', 'out of stock'])
  expect(new Set(collector.paths)).toEqual(new Set(['/v1/traces', '/v1/logs']))
})

test.each([
  ['at once', ''],
  ['later', 'await new Promise((resolve) => setTimeout(resolve, 10))'],
])(
  'providers that an application registers by itself get their telemetry, the second %s',
  async (_, pause) => {
    const app = `
import { trace } from '@opentelemetry/api'
import { logs } from '@opentelemetry/api-logs'
import { LoggerProvider } from '@opentelemetry/sdk-logs'
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base'
const say = (what) => console.log(what)
const others = { onStart() {}, async forceFlush() {}, async shutdown() {} }
const span = { ...others, onEnd: ({ name }) => say(name) }
const log = { ...others, onEmit: ({ body }) => say(body) }
trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [span] }))
${pause}
logs.setGlobalLoggerProvider(new LoggerProvider({ processors: [log] }))
await 'the end of the set-up'
trace.getTracer('app').startSpan('a span').end()
logs.getLogger('app').emit({ body: 'a line', severityNumber: 9 })
`
    const packages = [
      ...SDK,
      '@opentelemetry/api-logs',
      '@opentelemetry/sdk-logs',
      '@opentelemetry/sdk-trace-base',
    ]
    const { stdout } = await runApp(packages, {}, { 'app.mjs': app })
    expect(stdout).toBe('a span\na line\n')
    expect(messages()).toEqual(['a line'])
  },
)

test('a second instrumentation without an SDK makes no second line, and zero code keeps running', async () => {
  const telemetry = `
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { PinoInstrumentation } from '${PINO}'
registerInstrumentations({ instrumentations: [new PinoInstrumentation()] })
`
  const files = { 'app.mjs': APP, 'telemetry.mjs': telemetry }
  const start = [...REGISTER, '--import', './telemetry.mjs', 'app.mjs']
  const { stderr } = await runApp([...SDK, HTTP, PINO, 'pino'], {}, files, start)
  expect(stderr).toBe('')
  expect(messages()).toEqual(['asked', 'out of stock'])
  expect(inbox.logs().every((log) => log.trace && log.request_id)).toBe(true)
})
