import { expect, test } from 'vitest'
import {
  APP,
  collector,
  HTTP,
  inbox,
  messages,
  PINO,
  REGISTER,
  runApp,
  SDK,
  startServicesForEachTest,
} from './app.js'

startServicesForEachTest()

test('a short program has delivered everything when it has ended, and sent nothing elsewhere', async () => {
  const { code, stderr } = await runApp([...SDK, HTTP, PINO, 'pino'])
  expect([code, stderr]).toEqual([0, ''])
  expect(inbox.requests()).toMatchObject([{ path: '/orders', status_code: 200, service: 'an-app' }])
  expect(messages()).toEqual(['asked', 'out of stock'])
  expect(inbox.logs().every((log) => log.trace && log.request_id)).toBe(true)
  // No Collector was configured, so none is contacted.
  expect(collector.paths).toEqual([])
})

test('OTLP exporters that the environment names receive the same telemetry as Lognitor', async () => {
  const named = { OTEL_TRACES_EXPORTER: 'otlp', OTEL_LOGS_EXPORTER: 'otlp' }
  await runApp([...SDK, HTTP, PINO, 'pino'], named)
  expect(messages()).toEqual(['asked', 'out of stock'])
  expect(new Set(collector.paths)).toEqual(new Set(['/v1/traces', '/v1/logs']))
})

test('console exporters that the environment names print beside Lognitor', async () => {
  const named = { OTEL_TRACES_EXPORTER: 'console', OTEL_LOGS_EXPORTER: 'console' }
  const { stdout } = await runApp([...SDK, HTTP, PINO, 'pino'], named)
  expect(stdout).toContain("name: 'work'")
  expect(stdout).toContain("body: 'asked'")
  expect(messages()).toEqual(['asked', 'out of stock'])
})

test('an exporter that zero code does not know is named in a warning', async () => {
  const { stderr } = await runApp([...SDK, HTTP, PINO, 'pino'], { OTEL_TRACES_EXPORTER: 'jaeger' })
  expect(stderr).toContain('OTEL_TRACES_EXPORTER names "jaeger"')
  expect(messages()).toEqual(['asked', 'out of stock'])
})

for (const [sampler, ratio] of [
  ['always_off', ''],
  ['traceidratio', '0'],
  ['parentbased_traceidratio', '0'],
] as const) {
  test(`with OTEL_TRACES_SAMPLER=${sampler} ${ratio} errors are complete, and no span is exported`, async () => {
    await runApp([...SDK, HTTP, PINO, 'pino'], {
      OTEL_TRACES_SAMPLER: sampler,
      OTEL_TRACES_SAMPLER_ARG: ratio,
      OTEL_TRACES_EXPORTER: 'otlp',
    })
    expect(messages()).toEqual(['asked', 'out of stock'])
    expect(inbox.requests()).toHaveLength(1)
    expect(collector.paths).toEqual([])
  })
}

test('without the SDK request entries and the client work, and the warning names what to install', async () => {
  const app = `
import { info } from '@lognitor/opentelemetry'
${APP}
info('by the client')
`
  const { code, stderr } = await runApp(['@opentelemetry/api', 'pino'], {}, { 'app.mjs': app })
  expect(code).toBe(0)
  expect(stderr).toContain('[LOGNITOR_MISSING_PEER]')
  expect(stderr).toContain('npm install @opentelemetry/sdk-node')
  expect(inbox.requests()).toHaveLength(1)
  expect(messages()).toEqual(['by the client'])
})

test('without the HTTP instrumentation request entries and log lines arrive, and the warning names it', async () => {
  const { stderr } = await runApp([...SDK, PINO, 'pino'])
  expect(stderr).toContain('npm install @opentelemetry/instrumentation-http')
  expect(stderr.match(/LOGNITOR_MISSING_PEER/g)).toHaveLength(1)
  expect(inbox.requests()).toHaveLength(1)
  expect(messages()).toEqual(['asked', 'out of stock'])
})

const MANIFEST = JSON.stringify({ dependencies: { fastify: '5', winston: '3', pino: '10', lodash: '4' } })

test('a dependency of the application without an instrumentation is named once', async () => {
  const files = { 'app.mjs': APP, 'package.json': MANIFEST }
  const { stderr } = await runApp([...SDK, HTTP, PINO, 'pino'], {}, files)
  expect(stderr.match(/LOGNITOR_MISSING_PEER/g)).toHaveLength(1)
  expect(stderr).toContain(
    'npm install @fastify/otel @opentelemetry/instrumentation-winston @opentelemetry/winston-transport\n',
  )
})

test('an instrumentation that is turned off is not named in a warning', async () => {
  const files = { 'app.mjs': APP, 'package.json': MANIFEST }
  const off = { OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'fastify-otel,winston,pino' }
  const { stderr } = await runApp([...SDK, HTTP, PINO, 'pino'], off, files)
  expect(stderr).toBe('')
  expect(messages()).toEqual(['out of stock'])
})

test('OTEL_NODE_ENABLED_INSTRUMENTATIONS turns on only what it names', async () => {
  await runApp([...SDK, HTTP, PINO, 'pino'], { OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http' })
  expect(messages()).toEqual(['out of stock'])
})

test('an instrumentation that cannot be loaded does not affect the others', async () => {
  const files = {
    'app.mjs': APP,
    'node_modules/@opentelemetry/instrumentation-broken.js': 'throw new Error("no")',
  }
  const { code } = await runApp([...SDK, HTTP, PINO, 'pino'], {}, files)
  expect(code).toBe(0)
  expect(messages()).toEqual(['asked', 'out of stock'])
})

test('an instrumentation that auto-instrumentations-node lacks is turned on beside it', async () => {
  const app = `console.warn('by console')\n${APP}`
  const packages = [...SDK, '@opentelemetry/auto-instrumentations-node', 'pino']
  const beside = [...packages, '@opentelemetry/instrumentation-console']
  await runApp(beside, {}, { 'app.mjs': app })
  expect(messages()).toEqual(['asked', 'by console', 'out of stock'])
})

test('OTEL_SDK_DISABLED leaves request entries and the client', async () => {
  const { stderr } = await runApp([...SDK, HTTP, PINO, 'pino'], { OTEL_SDK_DISABLED: 'true' })
  expect(stderr).toBe('')
  expect(inbox.requests()).toHaveLength(1)
  expect(messages()).toEqual([])
})

test('NODE_OPTIONS works like an argument, and both together load zero code once', async () => {
  const options = { NODE_OPTIONS: REGISTER.join(' ') }
  const { stderr } = await runApp([...SDK, HTTP, PINO, 'pino'], options)
  expect(stderr).toBe('')
  expect(inbox.requests()).toHaveLength(1)
  expect(messages()).toEqual(['asked', 'out of stock'])
})

test('an init of the application takes over the client of the environment, without a warning', async () => {
  const app = `
import { init } from '@lognitor/opentelemetry'
init({ service: 'in-code', beforeSend: (log) => ({ ...log, message: log.message.toUpperCase() }) })
${APP}
`
  const { stderr } = await runApp([...SDK, HTTP, PINO, 'pino'], {}, { 'app.mjs': app })
  expect(stderr).toBe('')
  expect(messages()).toEqual(['ASKED', 'OUT OF STOCK'])
  expect(inbox.requests()).toMatchObject([{ service: 'in-code' }])
})

test('without an API key the application runs, and one warning says why nothing is sent', async () => {
  const { code, stderr } = await runApp([...SDK, HTTP, PINO, 'pino'], { LOGNITOR_API_KEY: '' })
  expect(code).toBe(0)
  expect(stderr.match(/LognitorWarning/g)).toHaveLength(1)
  expect(stderr).toContain('[LOGNITOR_NO_API_KEY]')
  expect(inbox.logs()).toEqual([])
})
