import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Inbox, startInbox } from '../../src/testing/index.js'
import { createProject, type Project } from '../support/project.js'

let inbox: Inbox

beforeAll(async () => {
  inbox = await startInbox({ port: 0 })
})

afterAll(() => inbox.close())

const NAMES =
  'init, reconfigure, info, flush, stats, LognitorLogRecordExporter, LognitorLogRecordProcessor, LognitorSpanProcessor'

/** Tells which late parts are loaded, and removes the package as a deployment does. */
const HELPERS = `
  const loaded = () => Object.keys(process.getBuiltinModule('node:module')._cache)
    .map((file) => /late[\\\\/](\\w+)-\\w+\\.cjs$/.exec(file)?.[1]).filter(Boolean).sort().join()
  const remove = () => process.getBuiltinModule('node:fs').rmSync('node_modules/@lognitor', { recursive: true })
  const options = { apiKey: 'k', apiUrl: process.env.API_URL, service: 's' }`

const COMMON = `attributes: {}, resource: { attributes: {} }, instrumentationScope: { name: 'a-library' },
    droppedAttributesCount: 0`
const RECORD = `{
    body: 'mail to somebody@example.com', severityNumber: 9, hrTime: [1, 0], hrTimeObserved: [1, 0], ${COMMON} }`
const SPAN = `{
    name: 'a job', kind: 0, status: { code: 0 }, startTime: [1, 0], endTime: [1, 0], duration: [0, 0], ended: true,
    spanContext: () => ({ traceId: '1'.repeat(32), spanId: '1'.repeat(16), traceFlags: 1 }), ${COMMON},
    events: [{ name: 'exception', time: [1, 0], attributes: { 'exception.message': 'failed' } }],
    droppedEventsCount: 0, droppedLinksCount: 0 }`

describe.each([
  ['import', 'app.mjs', `import { ${NAMES} } from '@lognitor/opentelemetry'`],
  ['require', 'app.cjs', `const { ${NAMES} } = require('@lognitor/opentelemetry')`],
])('with %s', (_, file, load) => {
  let project: Project

  afterEach(() => {
    project.remove()
    inbox.clear()
  })

  async function run(code: string, variables: Record<string, string> = {}) {
    project = createProject({
      line: 'otel-2',
      packages: ['@opentelemetry/api'],
      files: { [file]: `${load}${HELPERS}\n${code}` },
    })
    const { apiUrl } = inbox
    const spool = join(project.folder, 'spool')
    const env = { API_URL: apiUrl, LOGNITOR_API_URL: apiUrl, SPOOL: spool, ...variables }
    const program = project.start([file], { env })
    const status = await program.ended
    return [status, program.stderr(), program.stdout().trim().split('\n')]
  }

  test('a client without spool, redaction and OpenTelemetry loads none of their code', async () => {
    const code = `init(options)
      info('hello')
      flush().then(() => console.log(loaded()))`
    expect(await run(code)).toEqual([0, '', ['']])
    expect(inbox.logs().map(({ message }) => message)).toEqual(['hello'])
  })

  test.each([
    ['init({ ...options, spool: { directory: process.env.SPOOL } })', 'spool'],
    ["init({ ...options, redactPatterns: ['email'] })", 'redaction'],
    ["init(options); reconfigure({ redactPatterns: ['email'] })", 'redaction'],
    ['new LognitorLogRecordExporter(options)', 'records'],
    ['new LognitorLogRecordProcessor(options)', 'records'],
    ['new LognitorSpanProcessor(options)', 'records'],
  ])('%s loads a part at once', async (code, part) => {
    expect(await run(`${code}\nconsole.log(loaded())`)).toEqual([0, '', [part]])
  })

  test('reconfigure changes nothing when the files that it needs are gone', async () => {
    const code = `init(options)
      remove()
      try { reconfigure({ apiUrl: 'http://127.0.0.1:1/api/v1', spool: { directory: process.env.SPOOL } }) }
      catch ({ code }) { console.log(code) }
      info('hello')
      flush().then(console.log)`
    expect(await run(code)).toEqual([0, '', ['MODULE_NOT_FOUND', 'true']])
    expect(inbox.logs().map(({ message }) => message)).toEqual(['hello'])
  })

  test('what was set up needs no file any more', async () => {
    const code = `const client = init({ ...options, redactPatterns: ['email'], spool: { directory: process.env.SPOOL } })
      const processor = new LognitorLogRecordProcessor({ client })
      const spans = new LognitorSpanProcessor({ client })
      remove()
      processor.onEmit(${RECORD})
      spans.onEnd(${SPAN})
      info('hello')
      process.exitCode = 3`
    expect(await run(code)).toEqual([3, '', ['']])
    const messages = inbox.logs().map(({ message }) => message)
    expect(messages.sort()).toEqual(['failed', 'hello', 'mail to [REDACTED]'])
  })

  const SPOOL = { LOGNITOR_API_KEY: 'k', LOGNITOR_SPOOL_DIR: 'spool' }
  const REDACT = { LOGNITOR_API_KEY: 'k', LOGNITOR_REDACT: 'email' }
  const EXIT = 'process.exitCode = 3'

  test.each([
    ['the process ends', SPOOL, ''],
    ['the process ends', REDACT, ''],
    ['there is a flush', SPOOL, 'flush()'],
    ['there is a flush', REDACT, 'flush()'],
  ])('logs before init need no file any more when %s: %j', async (_, env, code) => {
    const text = `info('hello')\nremove()\n${code}\n${EXIT}`
    expect(await run(text, env)).toEqual([3, '', ['']])
    expect(inbox.logs().map(({ message }) => message)).toEqual(['hello'])
  })

  test('without the code of the spool, logs before init are delivered from memory', async () => {
    const [status, warnings] = await run(`remove()\ninfo('hello')\n${EXIT}`, SPOOL)
    expect([status, warnings]).toEqual([3, expect.stringContaining('LOGNITOR_FILES_MISSING')])
    expect(inbox.logs().map(({ message }) => message)).toEqual(['hello'])
  })

  test('without the code of the redaction, logs before init wait for it and are counted at the end', async () => {
    const code = `remove()
      info('hello')
      flush().then((isDone) => console.log(isDone, stats().dropped))
      ${EXIT}`
    expect(await run(code, REDACT)).toEqual([
      3,
      expect.stringContaining('LOGNITOR_FILES_MISSING'),
      ['true { disabled: 1 }'],
    ])
    expect(inbox.logs()).toEqual([])
  })

  test.each([
    ['LognitorLogRecordProcessor', `onEmit(${RECORD})`, 'mail to [REDACTED]'],
    ['LognitorSpanProcessor', `onEnd(${SPAN})`, 'failed'],
  ])('%s without options needs no file any more', async (name, call, message) => {
    const code = `const processor = new ${name}()\nremove()\nprocessor.${call}\n${EXIT}`
    expect(await run(code, { ...SPOOL, ...REDACT })).toEqual([3, '', ['']])
    expect(inbox.logs().map((log) => log.message)).toEqual([message])
  })

  test('a record does not throw where its options came after the constructor and the files are gone', async () => {
    const code = `const processor = new LognitorLogRecordProcessor()
      remove()
      Object.assign(process.env, ${JSON.stringify(REDACT)})
      processor.onEmit(${RECORD})
      processor.forceFlush().then(() => console.log(stats().dropped))`
    expect(await run(code)).toEqual([
      0,
      expect.stringContaining('LOGNITOR_FILES_MISSING'),
      ['{ disabled: 1 }'],
    ])
  })
})
