import { expect, test } from 'vitest'
import {
  collector,
  HTTP,
  inbox,
  LINE_3,
  messages,
  PINO,
  runApp,
  SDK,
  startServicesForEachTest,
} from './app.js'

startServicesForEachTest()

const EXPRESS = '@opentelemetry/instrumentation-express'
const AUTO = '@opentelemetry/auto-instrumentations-node'
const PACKAGES = [...SDK, HTTP, PINO, EXPRESS, 'express', 'pino']
const ENV = { OTEL_METRICS_EXPORTER: 'none' }

/** One request to a route that logs, one to a route that throws, and one to an ignored route. */
const body = (imports: string) => `
${imports}
const log = pino(pino.destination(2))
const app = express()
app.get('/health', (_request, response) => response.send('ok'))
app.get('/orders/:id', (_request, response) => {
  log.info('order looked up')
  response.send('ok')
})
app.get('/boom/:id', () => {
  throw new RangeError('out of stock')
})
app.set('env', 'test')
const server = app.listen(0, '127.0.0.1', async () => {
  const url = 'http://127.0.0.1:' + server.address().port
  for (const path of ['/orders/1', '/boom/1', '/health']) await (await fetch(url + path)).text()
  server.close()
  server.closeAllConnections()
  await globalThis.sdk.shutdown()
})
`
const APPS = {
  'app.mjs': body(`import express from 'express'\nimport pino from 'pino'`),
  'app.cjs': body(`const express = require('express')\nconst pino = require('pino')`),
}

const setUp = (code: string) => `
import { sdkConfig } from '@lognitor/opentelemetry/sdk'
import { NodeSDK } from '@opentelemetry/sdk-node'
${code}
globalThis.sdk.start()
`
const ONE_LINE = setUp(`
import { ExpressInstrumentation } from '@opentelemetry/instrumentation-express'
import { PinoInstrumentation } from '@opentelemetry/instrumentation-pino'
globalThis.sdk = new NodeSDK(
  sdkConfig({ service: 'shop', ignoreRoutes: ['/health'] }, { instrumentations: [new ExpressInstrumentation(), new PinoInstrumentation()] }),
)
`)

/** Runs the app with this set-up. */
function runWith(telemetry: string, env: Record<string, string> = {}, app: keyof typeof APPS = 'app.mjs') {
  const files = { [app]: APPS[app], 'telemetry.mjs': telemetry }
  return runApp(PACKAGES, { ...ENV, ...env }, files, ['--import', './telemetry.mjs', app])
}

for (const app of ['app.mjs', 'app.cjs'] as const) {
  test(`one line gives log lines with trace ids, request entries with routes and the thrown error: ${app}`, async () => {
    const { code, stderr } = await runWith(ONE_LINE, {}, app)
    expect(code).toBe(0)
    expect(stderr).not.toContain('Lognitor')
    expect(messages()).toEqual(['order looked up', 'out of stock'])
    expect(inbox.logs().every((log) => log.trace && log.request_id && log.service === 'shop')).toBe(true)
    const entries = inbox.requests().map(({ route, status_code }) => `${route} ${status_code}`)
    expect(entries.sort()).toEqual(['/boom/:id 500', '/orders/:id 200'])
  })
}

test('a processor of ours that the configuration has keeps its level per logger, and an OTLP export continues', async () => {
  const telemetry = setUp(`
import { init, LognitorLogRecordProcessor } from '@lognitor/opentelemetry'
import { PinoInstrumentation } from '@opentelemetry/instrumentation-pino'
const client = init()
const logRecordProcessors = [new LognitorLogRecordProcessor({ client, minLevel: { pino: 'warn' } })]
globalThis.sdk = new NodeSDK(sdkConfig({ client }, { logRecordProcessors, instrumentations: [new PinoInstrumentation()] }))
`)
  const app = `import pino from 'pino'\nconst log = pino(pino.destination(2))\nlog.info('quiet')\nlog.warn('loud')\nawait globalThis.sdk.shutdown()`
  const files = { 'app.mjs': app, 'telemetry.mjs': telemetry }
  await runApp(PACKAGES, ENV, files, ['--import', './telemetry.mjs', 'app.mjs'])
  expect(messages()).toEqual(['loud'])
  expect(collector.paths).toContain('/v1/logs')
})

test('a set-up that is preloaded by --require, which Node also loads into its thread for loader hooks, warns of nothing', async () => {
  const telemetry = ONE_LINE.replaceAll(/import (\{ .* \}) from ('.*')/g, 'const $1 = require($2)')
  const files = { 'app.mjs': APPS['app.mjs'], 'telemetry.cjs': telemetry }
  const { code, stderr } = await runApp(PACKAGES, ENV, files, ['--require', './telemetry.cjs', 'app.mjs'])
  expect(code).toBe(0)
  expect(stderr).not.toContain('Warning')
  expect(messages()).toEqual(['order looked up', 'out of stock'])
})

for (const [what, env] of [
  ['by name', { OTEL_TRACES_EXPORTER: 'otlp', OTEL_LOGS_EXPORTER: 'otlp' }],
  ['by nothing but its address', {}],
] as const) {
  test(`an OTLP export that the environment asks for ${what} continues`, async () => {
    await runWith(ONE_LINE, env)
    expect(messages()).toEqual(['order looked up', 'out of stock'])
    expect(new Set(collector.paths)).toEqual(new Set(['/v1/traces', '/v1/logs']))
  })
}

test('an OTLP export continues with OpenTelemetry 3, and logs of older bridges arrive', async () => {
  const app = `
import winston from 'winston'
import { trace } from '@opentelemetry/api'
const log = winston.createLogger({ transports: [new winston.transports.Console()] })
trace.getTracer('app').startActiveSpan('job', (span) => {
  log.info('by winston')
  span.end()
})
await globalThis.sdk.shutdown()
`
  const telemetry = setUp(`
import { WinstonInstrumentation } from '@opentelemetry/instrumentation-winston'
globalThis.sdk = new NodeSDK(sdkConfig({}, { instrumentations: [new WinstonInstrumentation()] }))
`)
  const winston = ['winston', '@opentelemetry/instrumentation-winston', '@opentelemetry/winston-transport']
  const files = { 'app.mjs': app, 'telemetry.mjs': telemetry }
  const start = ['--import', './telemetry.mjs', 'app.mjs']
  const { stderr } = await runApp([...SDK, HTTP, ...winston], ENV, files, start, LINE_3)
  expect(stderr).toBe('')
  expect(messages()).toEqual(['by winston'])
  expect(inbox.logs()[0]?.trace).toBeDefined()
  expect(new Set(collector.paths)).toEqual(new Set(['/v1/traces', '/v1/logs']))
})

test('the value none turns the OTLP export off, and logs still have trace ids', async () => {
  await runWith(ONE_LINE, { OTEL_TRACES_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' })
  expect(inbox.logs().every((log) => log.trace)).toBe(true)
  expect(collector.paths).toEqual([])
})

const OWN = `
const seen = { spans: 0, logs: 0 }
const spans = { onStart() {}, onEnd() { seen.spans++ }, forceFlush: async () => {}, shutdown: async () => {} }
const logs = { onEmit() { seen.logs++ }, forceFlush: async () => {}, shutdown: async () => {} }
const exporter = { export(items, done) { seen.spans += items.length; done({ code: 0 }) }, shutdown: async () => {} }
process.on('exit', () => process.stdout.write(JSON.stringify({ spans: seen.spans > 0, logs: seen.logs > 0 })))
import { PinoInstrumentation } from '@opentelemetry/instrumentation-pino'
const instrumentations = [new PinoInstrumentation()]
`

test.each([
  [
    'spanProcessors and logRecordProcessors',
    '{ spanProcessors: [spans], logRecordProcessors: [logs], instrumentations }',
  ],
  [
    'the old spanProcessor and logRecordProcessor',
    '{ spanProcessor: spans, logRecordProcessor: logs, instrumentations }',
  ],
  ['a traceExporter', '{ traceExporter: exporter, logRecordProcessors: [logs], instrumentations }'],
])("%s of the configuration stay beside Lognitor's, and nothing else is added", async (_, config) => {
  const { stdout } = await runWith(setUp(`${OWN}\nglobalThis.sdk = new NodeSDK(sdkConfig({}, ${config}))`))
  expect(stdout).toBe('{"spans":true,"logs":true}')
  expect(messages()).toContain('order looked up')
  expect(collector.paths).toEqual([])
})

test('the HTTP instrumentation of auto-instrumentations-node is wrapped, and its own hook is still called', async () => {
  const telemetry = setUp(`
import { getNodeAutoInstrumentations } from '${AUTO}'
let calls = 0
const http = { requestHook: () => calls++ }
globalThis.sdk = new NodeSDK(
  sdkConfig({ ignoreRoutes: ['/health'] }, { instrumentations: [[getNodeAutoInstrumentations({ '${HTTP}': http })]] }),
)
process.on('exit', () => process.stdout.write(String(calls)))
`)
  const files = { 'app.mjs': APPS['app.mjs'], 'telemetry.mjs': telemetry }
  const start = ['--import', './telemetry.mjs', 'app.mjs']
  const { stdout, stderr } = await runApp([...PACKAGES, AUTO], ENV, files, start)
  expect(stderr).not.toContain('Lognitor')
  expect(Number(stdout)).toBeGreaterThanOrEqual(3)
  expect(messages()).toEqual(['order looked up', 'out of stock'])
  expect(inbox.requests().map(({ route }) => route)).toHaveLength(2)
  expect(inbox.logs().every((log) => log.trace)).toBe(true)
})

test('an existing LognitorHttpInstrumentation stays as it is', async () => {
  const { stderr } = await runWith(
    setUp(`
import { LognitorHttpInstrumentation } from '@lognitor/opentelemetry/instrumentation'
globalThis.sdk = new NodeSDK(sdkConfig({}, { instrumentations: [new LognitorHttpInstrumentation({ ignoreRoutes: ['/boom'] })] }))
`),
  )
  expect(stderr).not.toContain('TWO_HTTP')
  expect(inbox.requests().map(({ path }) => path)).toEqual(expect.arrayContaining(['/health', '/orders/1']))
  expect(inbox.requests()).toHaveLength(2)
})

for (const [what, env, config] of [
  ['the environment names', { OTEL_TRACES_SAMPLER: 'always_off' }, ''],
  [
    'the configuration has',
    {},
    `sampler: { shouldSample: () => ({ decision: 0 }), toString: () => 'Never' },`,
  ],
] as const) {
  test(`errors are complete whatever the sampler says that ${what}`, async () => {
    const telemetry = ONE_LINE.replace('{ instrumentations:', `{ ${config} instrumentations:`)
    await runWith(telemetry, { ...env, OTEL_TRACES_EXPORTER: 'otlp', OTEL_LOGS_EXPORTER: 'none' })
    expect(messages()).toEqual(['order looked up', 'out of stock'])
    expect(collector.paths).toEqual([])
  })
}

test('a loader hook that the set-up registers by hand does no harm', async () => {
  const { stderr } = await runWith(
    `import { register } from 'node:module'\nregister('@opentelemetry/instrumentation/hook.mjs', import.meta.url)\n${ONE_LINE}`,
  )
  expect(stderr).not.toContain('Lognitor')
  expect(messages()).toEqual(['order looked up', 'out of stock'])
})

test('without the HTTP instrumentation request entries are written, and one warning names it', async () => {
  const files = { 'app.mjs': APPS['app.mjs'], 'telemetry.mjs': ONE_LINE }
  const without = PACKAGES.filter((name) => name !== HTTP)
  const { code, stderr } = await runApp(without, ENV, files, ['--import', './telemetry.mjs', 'app.mjs'])
  expect(code).toBe(0)
  expect(stderr.match(/LOGNITOR_MISSING_PEER/g)).toHaveLength(1)
  expect(stderr).toContain(`npm install ${HTTP}`)
  expect(inbox.requests()).toHaveLength(2)
})

test.each([
  ['{ batchSize: 0 }', 'LOGNITOR_BAD_OPTION'],
  ['{ ignoreRoutes: 1 }', 'LOGNITOR_BAD_OPTION'],
  ['{ servise: "shop" }', 'LOGNITOR_UNKNOWN_OPTION'],
  ['"lgn_key"', 'LOGNITOR_BAD_OPTION'],
])('a wrong option throws and names itself: %s', async (options, code) => {
  const telemetry = `import { sdkConfig } from '@lognitor/opentelemetry/sdk'\nsdkConfig(${options})`
  const { code: status, stderr } = await runWith(telemetry)
  expect(status).toBe(1)
  expect(stderr).toContain(code)
  expect(stderr).not.toContain('lgn_key')
})

test('an application that has only the API is warned of what is missing, and runs', async () => {
  const telemetry = `import { sdkConfig } from '@lognitor/opentelemetry/sdk'
const { spanProcessors } = sdkConfig()
globalThis.sdk = { shutdown: async () => process.stdout.write(String(spanProcessors.length)) }`
  const files = { 'app.mjs': APPS['app.mjs'], 'telemetry.mjs': telemetry }
  const start = ['--import', './telemetry.mjs', 'app.mjs']
  const env = { ...ENV, OTEL_EXPORTER_OTLP_ENDPOINT: '' }
  const { code, stdout, stderr } = await runApp(['@opentelemetry/api', 'express', 'pino'], env, files, start)
  expect([code, stdout]).toEqual([0, '1'])
  expect(stderr).toContain(HTTP)
})

test('a frozen console does not keep the application from starting', async () => {
  const { code, stderr } = await runWith(
    `Object.freeze(console)\n${ONE_LINE.replace(/import .*sdkConfig.*\n/, '')}`.replace(
      'globalThis.sdk = new',
      `const { sdkConfig } = await import('@lognitor/opentelemetry/sdk')\nglobalThis.sdk = new`,
    ),
  )
  expect(code).toBe(0)
  expect(stderr).toContain('LOGNITOR_NOT_STARTED')
  expect(messages()).toEqual(['order looked up', 'out of stock'])
})
