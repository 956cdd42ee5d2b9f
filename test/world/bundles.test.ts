import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Inbox, startInbox } from '../../src/testing/index.js'
import { createProject, modulesOf, type Project } from '../support/project.js'
import { start } from '../support/run.js'
import { BUNDLERS, type Bundle, ESBUILD_EXTERNAL, ESBUILD_WITHOUT_BANNER, ROLLUP } from './bundlers.js'

let inbox: Inbox
/** The project of the programs, with everything installed, and the folder of the bundles, with nothing installed. */
let project: Project
let away: string

beforeAll(async () => {
  inbox = await startInbox({ port: 0 })
  project = install(() => true)
  away = mkdtempSync(join(tmpdir(), 'lognitor-away-'))
})

afterEach(() => inbox.clear())

afterAll(async () => {
  project.remove()
  rmSync(away, { recursive: true, force: true })
  await inbox.close()
})

/** A project with the built package and the named OpenTelemetry packages. */
function install(wants: (name: string) => boolean): Project {
  const names = readdirSync(join(modulesOf('otel-2'), '@opentelemetry')).filter(wants)
  return createProject({ line: 'otel-2', packages: names.map((name) => `@opentelemetry/${name}`) })
}

const SERVE = `
const server = createServer((request, response) => {
  if (request.url === '/leave') {
    warn('leaving')
    process.exit(3)
  }
  info('hello')
  captureException(new Error('a failure'))
  response.end('x')
})
server.listen(0, '127.0.0.1', async () => {
  const url = 'http://127.0.0.1:' + server.address().port
  await (await fetch(url + '/orders/7')).text()
  await fetch(url + '/leave')
})`

const IMPORTS = `
import { createServer } from 'node:http'
import { captureException, info, init, warn, LognitorLogRecordProcessor, LognitorSpanProcessor } from '@lognitor/opentelemetry'
import { LognitorHttpInstrumentation } from '@lognitor/opentelemetry/instrumentation'`

const SERVICE = `${IMPORTS}
import { NodeSDK } from '@opentelemetry/sdk-node'
const client = init({ apiKey: 'k', apiUrl: process.env.API_URL, service: 's' })
new NodeSDK({
  logRecordProcessors: [new LognitorLogRecordProcessor({ client })],
  spanProcessors: [new LognitorSpanProcessor({ client })],
  metricReaders: [],
  instrumentations: [new LognitorHttpInstrumentation({ client })],
}).start()
// The next module that requires it gets the patched one.
process.getBuiltinModule('node:module').createRequire(process.cwd() + '/')('node:http')
${SERVE}`

const WITHOUT_SDK = `${IMPORTS}
const client = init({ apiKey: 'k', apiUrl: process.env.API_URL, service: 's' })
new LognitorHttpInstrumentation({ client })
${SERVE}`

const FUNCTION = `
import { info, init, wrapHandler } from '@lognitor/opentelemetry'
init({ apiKey: 'k', apiUrl: process.env.API_URL, service: 's' })
const handler = wrapHandler(async () => {
  info('from the function')
  return { statusCode: 201 }
})
handler({}).then(({ statusCode }) => console.log(statusCode))`

const MODULES = [ESBUILD_WITHOUT_BANNER, ESBUILD_EXTERNAL]

/** Bundles a program, runs it away from its packages, and gives its output and what has arrived. */
async function run(bundle: Bundle, code: string, { from = project.folder, to = away } = {}) {
  const entry = join(from, 'program.mjs')
  writeFileSync(entry, code)
  const isModule = MODULES.includes(bundle) || /ES module/.test(nameOf(bundle))
  const file = join(to, `bundle.${isModule ? 'mjs' : 'cjs'}`)
  await bundle(entry, file)
  const program = start([file], { cwd: to, env: { API_URL: inbox.apiUrl } })
  const status = await program.ended
  return {
    status,
    stderr: program.stderr(),
    logs: inbox
      .logs()
      .map(({ message }) => message)
      .sort(),
    rows: inbox.requests().map(({ path, status_code }) => [path, status_code]),
    isTraced: inbox.logs().some(({ message, trace }) => message === 'a failure' && trace !== undefined),
  }
}

function nameOf(bundle: Bundle): string {
  return Object.entries(BUNDLERS).find(([, known]) => known === bundle)?.[0] ?? ''
}

const WHOLE = { status: 3, logs: ['a failure', 'hello', 'leaving'], rows: [['/orders/7', 200]] }

test.each(Object.entries(BUNDLERS))(
  'a service bundled by %s reports as it does unbundled',
  async (_name, bundle) => {
    expect(await run(bundle, SERVICE)).toEqual({ ...WHOLE, isTraced: true, stderr: '' })
  },
)

test('Rollup bundles the peer too when it is configured to', async () => {
  expect(await run(ROLLUP, WITHOUT_SDK)).toEqual({ ...WHOLE, isTraced: false, stderr: '' })
})

test('an ES module without require() finds a peer installed beside it', async () => {
  expect(await run(ESBUILD_EXTERNAL, SERVICE, { to: project.folder })).toEqual({
    ...WHOLE,
    isTraced: true,
    stderr: '',
  })
})

test('an ES module without require() has request entries and logs, and a warning about spans', async () => {
  const { stderr, ...report } = await run(ESBUILD_WITHOUT_BANNER, WITHOUT_SDK)
  expect(report).toEqual({ ...WHOLE, isTraced: false })
  expect(stderr.match(/\[LOGNITOR_MISSING_PEER\]/g)).toHaveLength(1)
  expect(stderr).toContain('docs/bundlers.md')
})

test.each([...Object.entries(BUNDLERS), ['esbuild, ES module', ESBUILD_WITHOUT_BANNER] as const])(
  'a missing peer stops neither %s nor the bundle',
  async (_name, bundle) => {
    const peerless = install((name) => name === 'api')
    try {
      const { stderr, ...report } = await run(bundle, WITHOUT_SDK, { from: peerless.folder })
      expect(report).toEqual({ ...WHOLE, isTraced: false })
      expect(stderr.match(/\[LOGNITOR_MISSING_PEER\]/g)).toHaveLength(1)
    } finally {
      peerless.remove()
    }
  },
)

test.each([...Object.entries(BUNDLERS), ['esbuild, ES module', ESBUILD_WITHOUT_BANNER] as const])(
  'a function bundled by %s delivers before it ends',
  async (_name, bundle) => {
    const { status, logs, stderr } = await run(bundle, FUNCTION)
    expect([status, logs, stderr]).toEqual([0, ['from the function'], ''])
  },
)
