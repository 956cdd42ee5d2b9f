import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Inbox, startInbox } from '../../src/testing/index.js'
import { NODE_24 } from '../support/project.js'
import { examine } from './doctor-support.js'

let inbox: Inbox

beforeEach(async () => {
  inbox = await startInbox({ port: 0 })
})
afterEach(() => inbox.close())

const env = (more: Record<string, string> = {}) => ({
  LOGNITOR_API_KEY: 'a-key',
  LOGNITOR_API_URL: inbox.apiUrl,
  OTEL_METRICS_EXPORTER: 'none',
  ...more,
})
const HTTP = '@opentelemetry/instrumentation-http'
const PINO = '@opentelemetry/instrumentation-pino'
const PACKAGES = ['@opentelemetry/api', '@opentelemetry/sdk-node', '@opentelemetry/instrumentation', HTTP]
const PINO_APP = `import pino from 'pino'\npino(pino.destination(2)).info('hello')`

test('a program with a complete set-up has no findings', async () => {
  const project = { packages: [...PACKAGES, PINO, 'pino'], files: { 'app.mjs': PINO_APP } }
  const { status, codes, stderr } = await examine(project, ['--', 'node', 'app.mjs'], env())
  expect([status, codes]).toEqual([0, []])
  expect(stderr).toContain('"msg":"hello"')
  expect(inbox.logs().map(({ message }) => message)).toEqual(['hello'])
})

test('a program that does not end by itself is ended, and its findings are printed', async () => {
  const app = `console.log('up')\nsetInterval(() => {}, 1000)`
  const project = { packages: PACKAGES, files: { 'app.mjs': app } }
  const args = ['--seconds', '10', '--', 'node', 'app.mjs']
  const { status, codes, findings } = await examine(project, args, env())
  expect([status, codes]).toEqual([1, ['CONSOLE_ONLY']])
  expect(findings[0]).toMatchObject({
    wrong: 'This application logs by console alone, and its lines are not sent.',
    mend: expect.stringMatching(/^To have them: npm install @opentelemetry\/instrumentation-console\. /),
  })
})

test("PROGRAM_FAILED is the first finding about a program that dies at import, and shows the program's stderr", async () => {
  const project = { packages: PACKAGES, files: { 'app.mjs': `import 'no-such-package'` } }
  const nowhere = { LOGNITOR_API_URL: 'http://127.0.0.1:9/api/v1', LOGNITOR_FLUSH_ON_EXIT: '100' }
  const { status, codes, findings, stderr } = await examine(project, ['--', 'node', 'app.mjs'], env(nowhere))
  expect([status, codes[0]]).toEqual([1, 'PROGRAM_FAILED'])
  expect(findings[0]?.wrong).toMatch(
    /^node app\.mjs ended with code 1 after \d+\.\d seconds: Error .*Cannot find package 'no-such-package'/,
  )
  expect(stderr).toMatch(/Cannot find package 'no-such-package'/)
  expect(JSON.stringify(findings)).not.toContain('npx lognitor doctor')
})

const SERVER = `import { createServer } from 'node:http'
import { info } from '@lognitor/opentelemetry'
const server = createServer((_, response) => response.end('ok'))
server.listen(0, '127.0.0.1', async () => {
  if (process.env.ASK) await (await fetch('http://127.0.0.1:' + server.address().port)).text()
  info('asked')
})`

test.each([
  ['that is asked', { ASK: '1' }, '1 log and 1 request entry'],
  ['that gets no request', {}, '1 log and 0 request entries'],
])('the doctor says how long a program %s runs, and what was accepted', async (_, more, accepted) => {
  const project = { packages: PACKAGES, files: { 'app.mjs': SERVER } }
  const args = ['--seconds', '5', '--', 'node', 'app.mjs']
  const { codes, stderr } = await examine(project, args, env(more))
  expect(codes).toEqual([])
  expect(stderr).toMatch(/^lognitor: node app\.mjs runs for at most 5 seconds\. Send it a request meanwhile/)
  expect(stderr).toContain(`lognitor: Lognitor accepted ${accepted} of the program.`)
  expect(stderr.includes('No request was seen')).toBe(!('ASK' in more))
})

test('what a program delivers within process.exit counts as accepted', async () => {
  const app = `import { info } from '@lognitor/opentelemetry'\ninfo('late')\nprocess.exit(0)`
  const project = { packages: PACKAGES, files: { 'app.mjs': app } }
  const { stderr } = await examine(project, ['--', 'node', 'app.mjs'], env())
  expect(stderr).toContain('lognitor: Lognitor accepted 1 log and 0 request entries of the program.')
})

test('INSTRUMENTATION_MISSING: the text of a finding says what is wrong, what that costs and how to fix it', async () => {
  const project = { packages: [...PACKAGES, 'pino'], files: { 'app.mjs': PINO_APP } }
  const { text } = await examine(project, ['--', 'node', 'app.mjs'], env(), { isText: true })
  expect(text).toContain(
    'INSTRUMENTATION_MISSING: An instrumentation is missing for something that is used\n',
  )
  expect(text).toContain('  This application lacks instrumentation for pino: the logs of pino are missing.\n')
  expect(text).toContain(`  To have them: npm install ${PINO}\n`)
})

test('VERSION_UNSUPPORTED is found when the instrumentation cannot patch the loaded version', async () => {
  const files = {
    'app.mjs': `import pino from 'pino'\npino().info('hello')`,
    'node_modules/pino/package.json': JSON.stringify({ name: 'pino', version: '99.0.0' }),
    'node_modules/pino/index.js': 'module.exports = () => ({ info() {} })',
  }
  const { codes, findings } = await examine(
    { packages: [...PACKAGES, PINO], files },
    ['--', 'node', 'app.mjs'],
    env(),
  )
  expect(codes).toEqual(['VERSION_UNSUPPORTED'])
  expect(findings[0]?.wrong).toContain('does not support pino 99.0.0')
  expect(findings[0]?.mend).toContain(`npm install ${PINO}@latest. Until there is one, use pino >=`)
})

const OWN = (code: string) => `
import { init, LognitorLogRecordProcessor, LognitorSpanProcessor } from '@lognitor/opentelemetry'
import { PinoInstrumentation } from '${PINO}'
import { NodeSDK, tracing } from '@opentelemetry/sdk-node'
const client = init()
const processors = { logRecordProcessors: [new LognitorLogRecordProcessor({ client })], spanProcessors: [new LognitorSpanProcessor({ client })] }
${code}
`
const BY_HAND = OWN('new NodeSDK({ ...processors, instrumentations: [new PinoInstrumentation()] }).start()')
const SPAN = `import { trace } from '@opentelemetry/api'\ntrace.getTracer('app').startSpan('job').end()\n${PINO_APP}`

test.each([
  ['LOADER_HOOK_INACTIVE', BY_HAND, PINO_APP, {}],
  ['EXPORT_STOPPED', BY_HAND, SPAN, { OTEL_TRACES_EXPORTER: 'otlp' }],
  [
    'SAMPLER_DROPS',
    OWN('new NodeSDK({ ...processors, sampler: new tracing.AlwaysOffSampler() }).start()'),
    PINO_APP,
    {},
  ],
  ['NO_CONTEXT_MANAGER', OWN('new NodeSDK({ ...processors, contextManager: null }).start()'), PINO_APP, {}],
  [
    'LOADED_TOO_LATE',
    `import 'pino'\nimport { sdkConfig } from '@lognitor/opentelemetry/sdk'\n${OWN('new NodeSDK(sdkConfig({}, { instrumentations: [new PinoInstrumentation()] })).start()')}`,
    PINO_APP,
    { OTEL_TRACES_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' },
  ],
  ['SDK_NOT_STARTED', `import '@lognitor/opentelemetry'`, PINO_APP, {}],
  [
    'TWO_HTTP_INSTRUMENTATIONS',
    `import { LognitorHttpInstrumentation, withLognitor } from '@lognitor/opentelemetry/instrumentation'\nwithLognitor()\nnew LognitorHttpInstrumentation()`,
    PINO_APP,
    {},
  ],
])('%s is found in a set-up of the application', async (code, telemetry, app, more) => {
  const files = { 'app.mjs': app, 'telemetry.mjs': telemetry }
  const project = { packages: [...PACKAGES, PINO, 'pino'], files }
  const args = ['--', 'node', '--import', './telemetry.mjs', 'app.mjs']
  const { status, codes } = await examine(project, args, env(more))
  expect(status).toBe(1)
  expect(codes).toContain(code)
})

test('TWO_SDKS is found in a program that also starts a NodeSDK in code', async () => {
  const app = `import { NodeSDK } from '@opentelemetry/sdk-node'\nnew NodeSDK().start()\n${PINO_APP}`
  const project = { packages: [...PACKAGES, PINO, 'pino'], files: { 'app.mjs': app } }
  const none = { OTEL_TRACES_EXPORTER: 'console', OTEL_LOGS_EXPORTER: 'console' }
  expect((await examine(project, ['--', 'node', 'app.mjs'], env(none))).codes).toEqual(['TWO_SDKS'])
})

test('OLDER_BRIDGE is found with an SDK of OpenTelemetry 3 that is set up in code', async () => {
  const bridge = '@opentelemetry/winston-transport'
  const telemetry = `
import { NodeSDK } from '@opentelemetry/sdk-node'
new NodeSDK({ logRecordProcessors: [{ onEmit() {}, forceFlush: async () => {}, shutdown: async () => {} }], spanProcessors: [] }).start()
`
  const app = `const { OpenTelemetryTransportV3 } = require('${bridge}')\nnew OpenTelemetryTransportV3()`
  const project = {
    line: 'otel-3' as const,
    packages: [...PACKAGES, bridge],
    files: { 'app.cjs': app, 'telemetry.mjs': telemetry },
  }
  const args = ['--', NODE_24, '--import', './telemetry.mjs', 'app.cjs']
  expect((await examine(project, args, env(), { node: NODE_24 })).codes).toContain('OLDER_BRIDGE')
})

test('BUNDLED is found in a bundled program', async () => {
  const app = `// node_modules/pino/pino.js\nvar require_pino = __commonJS({})\nsetTimeout(() => {}, 1)`
  const files = { 'app.cjs': app.replace('__commonJS({})', '0') }
  const { codes } = await examine({ packages: PACKAGES, files }, ['--', 'node', 'app.cjs'], env())
  expect(codes).toEqual(['BUNDLED'])
})

test.each([
  ['NO_EXIT_DELIVERY', ['--experimental-permission', '--allow-fs-read=*', '--allow-fs-write=*'], {}],
  ['SPOOL_UNAVAILABLE', [], { LOGNITOR_SPOOL_DIR: '/dev/null/spool' }],
])('%s is found by a warning of the program', async (code, flags, more) => {
  const project = { packages: [...PACKAGES, PINO, 'pino'], files: { 'app.mjs': PINO_APP } }
  const { codes } = await examine(project, ['--', 'node', ...flags, 'app.mjs'], env(more))
  expect(codes).toContain(code)
})

test('LOST_AT_END is found at the end of a program', async () => {
  const app = `import { info } from '@lognitor/opentelemetry'\ninfo('lost')\nprocess.exit(0)`
  const nowhere = { LOGNITOR_API_URL: 'http://127.0.0.1:9/api/v1', LOGNITOR_FLUSH_ON_EXIT: '100' }
  const project = { packages: PACKAGES, files: { 'app.mjs': app } }
  const { codes } = await examine(project, ['--', 'node', 'app.mjs'], env(nowhere))
  expect(codes).toEqual(['ADDRESS_UNREACHABLE', 'LOST_AT_END'])
})

test('SDK_MISSING is found without running anything', async () => {
  const { status, codes } = await examine({ packages: ['@opentelemetry/api'] }, [], env())
  expect([status, codes]).toEqual([1, ['SDK_MISSING']])
})

const manifest = (name: string, version: string) => JSON.stringify({ name, version })
const nested = (name: string, version: string) => ({
  [`node_modules/a-package/node_modules/${name}/package.json`]: manifest(name, version),
})

test.each([
  ['TWO_API_COPIES', nested('@opentelemetry/api', '1.0.0')],
  ['TWO_LOGNITOR_COPIES', nested('@lognitor/opentelemetry', '9.0.0')],
])('%s is found in the folders of packages', async (code, files) => {
  const { codes, findings } = await examine({ packages: PACKAGES, files }, [], env())
  expect(codes).toEqual([code])
  expect(findings[0]?.wrong).toContain('node_modules/a-package/node_modules')
})

test('OTHER_LINE is found when API and SDK belong to different lines', async () => {
  const files = {
    'node_modules/@opentelemetry/sdk-node/package.json': manifest('@opentelemetry/sdk-node', '0.301.0'),
    'node_modules/@opentelemetry/sdk-node/index.js': '',
  }
  const { codes } = await examine({ packages: ['@opentelemetry/api'], files }, [], env())
  expect(codes).toEqual(['OTHER_LINE'])
})

test.each([
  ['a program that is not there', ['--', 'no-such-program']],
  ['one that is no Node.js', ['--', 'true']],
])('%s cannot be checked: exit status 2', async (_, args) => {
  const { status } = await examine({ packages: PACKAGES }, args, env())
  expect(status).toBe(2)
})
