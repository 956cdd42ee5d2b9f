import { expect, test } from 'vitest'
import { HTTP, inbox, messages, PINO, runApp, SDK, startServicesForEachTest } from './app.js'

startServicesForEachTest()

const warningLines = (stderr: string) => stderr.split('\n').filter((line) => line.includes('LognitorWarning'))
const IN_CODE = `
import { sdkConfig } from '@lognitor/opentelemetry/sdk'
import { NodeSDK } from '@opentelemetry/sdk-node'
new NodeSDK(sdkConfig({}, { metricReaders: [], instrumentations: [] })).start()
`
const CODE = { OTEL_TRACES_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' }
const PINO_APP = `import pino from 'pino'\npino(pino.destination(2)).info('hello')`
const inCode = (app: string, packages: string[], more: Record<string, string> = {}) =>
  runApp([...SDK, HTTP, ...packages], CODE, { 'app.mjs': app, 'telemetry.mjs': IN_CODE, ...more }, [
    '--import',
    './telemetry.mjs',
    'app.mjs',
  ])

test('a logger in package.json without an instrumentation is named with the line to add', async () => {
  const manifest = JSON.stringify({ dependencies: { pino: '10' } })
  const { stderr } = await inCode(PINO_APP, [PINO, 'pino'], { 'package.json': manifest })
  expect(warningLines(stderr)).toHaveLength(1)
  expect(stderr).toContain(
    `lacks instrumentation for pino: the logs of pino are missing. To have them: add new PinoInstrumentation() of '${PINO}' to instrumentations\n`,
  )
})

test('a logger that is loaded without being in package.json is named with the package to install', async () => {
  const { stderr } = await inCode(PINO_APP, ['pino'])
  expect(warningLines(stderr)).toHaveLength(1)
  expect(stderr).toContain(
    `npm install ${PINO}, and add new PinoInstrumentation() of '${PINO}' to instrumentations\n`,
  )
})

test('what is missing without @fastify/otel is named with the option that it needs, and nothing that arrives', async () => {
  const manifest = JSON.stringify({ dependencies: { fastify: '5', pino: '10' } })
  const telemetry = `import { PinoInstrumentation } from '${PINO}'\n${IN_CODE.replace('[] })).start', '[new PinoInstrumentation()] })).start')}`
  const files = { 'package.json': manifest, 'telemetry.mjs': telemetry }
  const { stderr } = await inCode(PINO_APP, [PINO, 'pino'], files)
  expect(warningLines(stderr)).toHaveLength(1)
  expect(stderr).toContain(
    'This application lacks instrumentation for fastify: ' +
      'the spans of fastify (and its errors, where its logger is off) are missing. To have them: npm install @fastify/otel, and ' +
      "add new FastifyOtelInstrumentation({ registerOnInitialization: true }) of '@fastify/otel' to instrumentations\n",
  )
})

test.each([
  ['zero code', (more: Record<string, string>) => runApp([...SDK, HTTP], {}, { 'app.mjs': '', ...more })],
  ['sdkConfig', (more: Record<string, string>) => inCode('', [], more)],
])('%s names the middleware without which errors of Hono are missing', async (_, start) => {
  const { stderr } = await start({ 'package.json': JSON.stringify({ dependencies: { hono: '4' } }) })
  expect(warningLines(stderr)).toHaveLength(1)
  expect(stderr).toContain(
    'npm install @hono/otel, and begin the application with app.use(httpInstrumentationMiddleware())',
  )
})

test('zero code names a logger that is loaded', async () => {
  const { stderr } = await runApp([...SDK, HTTP, 'pino'], {}, { 'app.mjs': PINO_APP })
  expect(warningLines(stderr)).toHaveLength(1)
  expect(stderr).toContain(`npm install ${PINO}\n`)
})

const CONSOLE_APP = `console.error('hello')\nconsole.error('again')`

test.each([
  ['zero code', () => runApp([...SDK, HTTP], {}, { 'app.mjs': CONSOLE_APP })],
  ['sdkConfig', () => inCode(CONSOLE_APP, [])],
])('an application that logs by console alone gets one warning from %s', async (_, start) => {
  const { stderr } = await start()
  expect(warningLines(stderr)).toHaveLength(1)
  expect(stderr).toMatch(/LOGNITOR_CONSOLE_ONLY.*npm install @opentelemetry\/instrumentation-console/)
  expect(stderr).toMatch(/^hello\nagain\n/)
})

test.each([
  ['whose console is instrumented', CONSOLE_APP, ['@opentelemetry/instrumentation-console'], {}],
  ['that has a logger', `${PINO_APP}\nconsole.error('up')`, ['pino', PINO], {}],
  ['that does not want it', CONSOLE_APP, [], { OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'console' }],
])('no warning about the console for an application %s', async (_, app, packages, env) => {
  const { stderr } = await runApp([...SDK, HTTP, ...packages], env, { 'app.mjs': app })
  expect(warningLines(stderr)).toEqual([])
})

const EXPRESS = '@opentelemetry/instrumentation-express'
const NEXT_MAJOR = {
  'app.mjs': `import express from 'express'\nexpress()`,
  'node_modules/express/package.json': JSON.stringify({ name: 'express', version: '99.1.0' }),
  'node_modules/express/index.js': 'module.exports = () => {}',
}
const EXPRESS_IN_CODE = IN_CODE.replace(
  'instrumentations: []',
  'instrumentations: [new ExpressInstrumentation()]',
)
const UNSUPPORTED = {
  ...NEXT_MAJOR,
  'telemetry.mjs': `import { ExpressInstrumentation } from '${EXPRESS}'\n${EXPRESS_IN_CODE}`,
}

test.each([
  ['zero code', () => runApp([...SDK, HTTP, EXPRESS], {}, NEXT_MAJOR)],
  ['sdkConfig', () => inCode(NEXT_MAJOR['app.mjs'], [EXPRESS], UNSUPPORTED)],
])('a version that its instrumentation does not support is named by %s with what to do', async (_, start) => {
  const { stderr } = await start()
  expect(warningLines(stderr)).toHaveLength(1)
  expect(stderr).toMatch(
    /LOGNITOR_UNSUPPORTED_VERSION.*instrumentation-express does not support express 99\.1\.0/,
  )
  expect(stderr).toMatch(/expressErrorHandler/)
})

test('a version that its instrumentation does not support is not named where that is intended', async () => {
  const env = { OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'express' }
  const { stderr } = await runApp([...SDK, HTTP, EXPRESS], env, NEXT_MAJOR)
  expect(warningLines(stderr)).toEqual([])
})

test('a package of which only the package.json was read is not named', async () => {
  const app =
    "import { createRequire } from 'node:module'\ncreateRequire(import.meta.url)('pino/package.json')"
  const { stderr } = await runApp([...SDK, HTTP, 'pino', PINO], {}, { 'app.mjs': app })
  expect(warningLines(stderr)).toEqual([])
})

// The check of the console takes place 2 s after the start.
const STAY = 'await new Promise((resolve) => setTimeout(resolve, 2500))'

test('an application that logs by the client later is not said to log by console alone', async () => {
  const app = `import { info } from '@lognitor/opentelemetry'\n${CONSOLE_APP}\n${STAY}\ninfo('late')`
  const { stderr } = await runApp([...SDK, HTTP], {}, { 'app.mjs': app })
  expect(warningLines(stderr)).toEqual([])
  expect(messages()).toEqual(['late'])
})

test('an application that loads a logger later is told of the missing instrumentation at its end', async () => {
  const app = `${STAY}\nconst { default: pino } = await import('pino')\npino(pino.destination(2)).info('late')`
  const { stderr } = await runApp([...SDK, HTTP, 'pino'], {}, { 'app.mjs': app })
  expect(warningLines(stderr)).toHaveLength(1)
  expect(stderr).toContain(`npm install ${PINO}\n`)
})

const LOG = (rest: string, options = '{}') => `
import { info, init } from '@lognitor/opentelemetry'
init(${options})
info('hello')
${rest}
`
const byClient = (app: string, env: Record<string, string> = {}, flags: string[] = []) =>
  runApp(['@opentelemetry/api'], env, { 'app.mjs': app }, [...flags, 'app.mjs'])
const NOWHERE = { LOGNITOR_API_URL: 'http://127.0.0.1:9/api/v1' }

test('an unreachable address is warned of after the first failures, with the number of waiting logs', async () => {
  const stay = `const timer = setInterval(() => {}, 100)\nprocess.on('warning', () => process.exit(0))`
  const { stderr } = await byClient(LOG(stay, '{ flushInterval: 50 }'), NOWHERE)
  expect(stderr).toMatch(
    /LOGNITOR_UNREACHABLE.*http:\/\/127\.0\.0\.1:9.*ECONNREFUSED.*1 log or request entry waits, and delivery is retried/,
  )
})

test.each([
  ['process.exit', 'process.exit(0)'],
  ['its natural end', ''],
])('logs that are lost at %s are counted in one warning that says what to do', async (_, rest) => {
  const { code, stderr } = await byClient(LOG(rest), { ...NOWHERE, LOGNITOR_FLUSH_ON_EXIT: '200' })
  expect(code).toBe(0)
  expect(stderr.match(/LOGNITOR_LOST_AT_END/g)).toHaveLength(1)
  expect(stderr).toMatch(/1 log or request was lost at the end.*flushOnExit.*spool/)
})

test('a process that may start no threads is warned that process.exit loses logs', async () => {
  const flags = ['--experimental-permission', '--allow-fs-read=*']
  const { stderr } = await byClient(LOG(''), {}, flags)
  expect(stderr).toMatch(/LOGNITOR_NO_EXIT_DELIVERY.*--allow-worker/)
  expect(messages()).toEqual(['hello'])
})

test.each([
  ['ALL_PROXY', 'socks5://user:secret@127.0.0.1:1080'],
  ['http_proxy', 'ftp://127.0.0.1:21'],
  ['HTTP_PROXY', 'http://127.0.0.1:notaport'],
])('%s with an unusable proxy is warned of once, and logs arrive without the proxy', async (name, value) => {
  const { stderr } = await byClient(LOG(''), { [name]: value })
  expect(warningLines(stderr)).toHaveLength(1)
  expect(stderr).toMatch(new RegExp(`LOGNITOR_PROXY_UNUSABLE.*${name}`))
  expect(stderr).not.toContain('secret')
  expect(inbox.logs()).toHaveLength(1)
})
