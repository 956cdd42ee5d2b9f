import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Inbox, startInbox } from '../../src/testing/index.js'
import type { Log } from '../../src/wire/log.js'
import { NODE_24 } from '../support/project.js'
import { runJob, ZERO_CODE } from './job.js'

const SDK = ['@opentelemetry/api', '@opentelemetry/instrumentation', '@opentelemetry/sdk-node']
const CONSOLE = '@opentelemetry/instrumentation-console'
const PINO = ['@opentelemetry/instrumentation-pino', 'pino']
const WINSTON = ['@opentelemetry/instrumentation-winston', '@opentelemetry/winston-transport', 'winston']

let inbox: Inbox

beforeEach(async () => {
  inbox = await startInbox({ port: 0 })
})

afterEach(() => inbox.close())

async function logsOf(packages: string[], app: string): Promise<Log[]> {
  const { logs } = await runJob(inbox, { packages, files: { 'app.mjs': app }, start: ZERO_CODE })
  return logs
}

test('a minimum level per bridge holds for that bridge alone', async () => {
  const telemetry = `
import { register } from 'node:module'
import { init, LognitorLogRecordProcessor } from '@lognitor/opentelemetry'
import { ConsoleInstrumentation } from '@opentelemetry/instrumentation-console'
import { PinoInstrumentation } from '@opentelemetry/instrumentation-pino'
import { WinstonInstrumentation } from '@opentelemetry/instrumentation-winston'
import { NodeSDK } from '@opentelemetry/sdk-node'
register('@opentelemetry/instrumentation/hook.mjs', import.meta.url)
const client = init({ service: 'a-job' })
new NodeSDK({
  logRecordProcessors: [new LognitorLogRecordProcessor({ client, minLevel: { pino: 'warn', winston: 'info', console: 'error' } })],
  spanProcessors: [],
  metricReaders: [],
  instrumentations: [new ConsoleInstrumentation(), new PinoInstrumentation(), new WinstonInstrumentation()],
}).start()
`
  const app = `
import pino from 'pino'
import winston from 'winston'
const logs = {
  pino: pino({ level: 'debug' }),
  winston: winston.createLogger({ level: 'debug', transports: [new winston.transports.Stream({ stream: process.stderr })] }),
  console,
}
for (const [name, log] of Object.entries(logs)) {
  for (const level of ['debug', 'info', 'warn', 'error']) log[level](name + ' ' + level)
}
`
  const { logs } = await runJob(inbox, {
    packages: [...SDK, CONSOLE, ...PINO, ...WINSTON],
    files: { 'telemetry.mjs': telemetry, 'app.mjs': app },
  })
  expect(logs.map(({ message }) => message)).toEqual([
    'pino warn',
    'pino error',
    'winston info',
    'winston warn',
    'winston error',
    'console error',
  ])
})

test('an error logged by pino and captured by hand is one log, without any trace', async () => {
  const logs = await logsOf(
    [...SDK, ...PINO],
    `
import { captureException } from '@lognitor/opentelemetry'
import pino from 'pino'
const log = pino()
const error = new TypeError('once')
log.error(error)
captureException(error)
`,
  )
  expect(logs).toMatchObject([{ message: 'once', error: { type: 'TypeError', message: 'once' } }])
  expect(logs[0]?.trace).toBeUndefined()
})

test('what pino was told to redact stays redacted, in the error too', async () => {
  const logs = await logsOf(
    [...SDK, ...PINO],
    `
import pino from 'pino'
const log = pino({ redact: ['err.message', 'err.stack', 'err.config.token', 'error.config.token', 'password'] })
// Not in one piece, for the source around it is part of the log.
const secret = 'hu' + 'sh'
const error = Object.assign(new Error('card ' + secret), { config: { token: secret } })
log.error({ err: error, password: secret }, 'redacted')
log.error({ error: Object.assign(new RangeError('no'), { config: { token: secret } }) }, 'partly')
`,
  )
  expect(JSON.stringify(logs)).not.toMatch(/hush/)
  expect(logs[1]).toMatchObject({ error: { type: 'RangeError', message: 'no' } })
})

test('an error under a key of its own reaches pino’s log as an error, its fields as metadata', async () => {
  const logs = await logsOf(
    [...SDK, ...PINO],
    `
import pino from 'pino'
const log = pino()
log.warn({ reason: Object.assign(new Error('late', { cause: new Error('asleep') }), { code: 'E_LATE' }) }, 'retrying')
log.info({ n: 1 }, 'and a line after it')
`,
  )
  expect(logs).toMatchObject([
    {
      level: 'warn',
      message: 'retrying',
      error: { type: 'Error', message: 'late' },
      metadata: { reason: { code: 'E_LATE' }, 'error.causes': [{ type: 'Error', message: 'asleep' }] },
    },
    { message: 'and a line after it', metadata: { n: 1 } },
  ])
  expect(logs[1]?.error).toBeUndefined()
})

test('an error that console prints is the one that is captured by hand with it', async () => {
  const logs = await logsOf(
    [...SDK, CONSOLE],
    `
import { trace } from '@opentelemetry/api'
import { captureException } from '@lognitor/opentelemetry'
const error = Object.assign(new TypeError('once'), { code: 'E_ONCE' })
trace.getTracer('t').startActiveSpan('work', (span) => {
  console.error(error)
  captureException(error)
  span.end()
})
`,
  )
  expect(logs).toMatchObject([{ level: 'error', message: 'once', error: { type: 'TypeError' } }])
})

test('winston leaves an error’s stack and code once in the log, and its stray words as they are', async () => {
  const logs = await logsOf(
    [...SDK, ...WINSTON],
    `
import winston from 'winston'
const log = winston.createLogger({ transports: [new winston.transports.Stream({ stream: process.stderr })] })
log.error('failed:', Object.assign(new RangeError('too far'), { code: 'E_FAR', limit: 3 }))
log.info('hello %s', 'bob')
`,
  )
  expect(logs).toMatchObject([
    { level: 'error', message: 'failed: too far', error: { type: 'RangeError', message: 'too far' } },
    { level: 'info' },
  ])
  expect(logs[0]?.metadata).toMatchObject({ 'error.code': 'E_FAR', limit: 3 })
  expect(Object.keys(logs[0]?.metadata ?? {})).not.toContain('stack')
  expect(Object.keys(logs[0]?.metadata ?? {})).not.toContain('code')
  expect(logs[1]?.error).toBeUndefined()
})

test('on OpenTelemetry 3 the bridges that still speak the older Logs API are heard with zero code', async () => {
  const { logs, stderr } = await runJob(inbox, {
    line: 'otel-3',
    node: NODE_24,
    packages: [...SDK, CONSOLE, ...PINO, ...WINSTON],
    files: {
      'app.mjs': `
import { trace } from '@opentelemetry/api'
import pino from 'pino'
import winston from 'winston'
const winstonLog = winston.createLogger({ transports: [new winston.transports.Stream({ stream: process.stdout })] })
const pinoLog = pino()
trace.getTracer('t').startActiveSpan('work', (span) => {
  pinoLog.info({ n: 1 }, 'by pino')
  winstonLog.info('by winston', { n: 2 })
  console.info('by console')
  span.end()
})
`,
    },
    start: ZERO_CODE,
  })
  expect(stderr).toContain('LOGNITOR_MISSING_PEER')
  expect(logs).toMatchObject([
    { message: 'by pino', metadata: { n: 1 } },
    { message: 'by winston', metadata: { n: 2 } },
    { message: 'by console' },
  ])
  expect(new Set(logs.map((log) => log.trace?.trace_id)).size).toBe(1)
})

test('pino: integers beyond 2^53 keep their digits, and fields named like those of pino are kept', async () => {
  const logs = await logsOf(
    [...SDK, ...PINO],
    `
import pino from 'pino'
const log = pino({ redact: ['hostname'] }, { write() {} })
log.info({ small: 5n, id: 1234567890123456789n, deep: { list: [-9007199254740993n] }, ratio: 0.1234567890123456 }, 'integers')
log.child({ customer: 9007199254740993n }).info('child')
log.warn({ time: 5, level: 'gold', msg: 'of the customer', pid: 7, hostname: 'secret-host' }, 'names')
log.info({ msg: 'the message' })
`,
  )
  const find = (message: string) => logs.find((log) => log.message === message)
  expect(find('integers')?.metadata).toMatchObject({
    id: '1234567890123456789',
    deep: { list: ['-9007199254740993'] },
    ratio: 0.1234567890123456,
  })
  expect(String(find('integers')?.metadata?.small)).toBe('5')
  expect(find('child')?.metadata).toMatchObject({ customer: '9007199254740993' })
  const names = find('names')
  expect(names).toMatchObject({
    level: 'warn',
    metadata: { time: 5, level: 'gold', msg: 'of the customer', pid: 7 },
  })
  expect(Date.now() - Date.parse(names?.timestamp ?? '')).toBeLessThan(3_600_000)
  expect(JSON.stringify(names)).not.toContain('secret-host')
  expect(find('the message')?.metadata).not.toHaveProperty('msg')
})

test("an error's own fields are kept under every key, in every logger", async () => {
  const logs = await logsOf(
    [...SDK, ...PINO, ...WINSTON, '@opentelemetry/instrumentation-bunyan', 'bunyan'],
    `
import bunyan from 'bunyan'
import pino from 'pino'
import winston from 'winston'
const quiet = { write() {} }
const loggers = {
  pino: pino({}, quiet),
  bunyan: bunyan.createLogger({ name: 'job', stream: quiet }),
  winston: {
    error: (fields, message) => winstonLogger.error(message, fields),
  },
}
const { Writable } = await import('node:stream')
const sink = new Writable({ write: (_chunk, _encoding, done) => done() })
const winstonLogger = winston.createLogger({ transports: [new winston.transports.Stream({ stream: sink })] })
for (const [name, log] of Object.entries(loggers)) {
  for (const key of ['err', 'error', 'failure']) {
    const error = Object.assign(new RangeError(name + ' ' + key), { orderId: 'ord_7', details: { shelf: 3 } })
    log.error({ [key]: error }, name + ' by ' + key)
  }
}
`,
  )
  const missing = ['pino', 'bunyan', 'winston'].flatMap((name) =>
    ['err', 'error', 'failure'].flatMap((key) => {
      const log = logs.find(({ message }) => message.startsWith(`${name} by ${key}`))
      const text = JSON.stringify(log?.metadata ?? {})
      return text.includes('ord_7') && text.includes('"shelf":3') ? [] : [`${name} ${key}: ${text}`]
    }),
  )
  expect(missing).toEqual([])
})

test('pino: each of several errors in one line keeps its type, message and stack', async () => {
  const logs = await logsOf(
    [...SDK, ...PINO],
    `
import pino from 'pino'
const log = pino({ redact: ['second.token'] }, { write() {} })
const secret = 'hu' + 'sh'
log.error({ first: new RangeError('one'), second: Object.assign(new TypeError('two'), { token: secret, shelf: 3 }) }, 'both')
`,
  )
  expect(logs).toMatchObject([
    {
      error: { type: 'RangeError', message: 'one' },
      metadata: { second: { type: 'TypeError', message: 'two', shelf: 3 } },
    },
  ])
  expect(JSON.stringify(logs)).toMatch(/TypeError: two\\n {4}at /)
  expect(JSON.stringify(logs)).not.toContain('hush')
})

for (const [name, packages, first] of [
  [
    'bunyan',
    ['@opentelemetry/instrumentation-bunyan', 'bunyan'],
    `import bunyan from 'bunyan'
bunyan.createLogger({ name: 'job', stream: { write() {} } }).error({ err: error }, 'first')`,
  ],
  [
    'winston',
    WINSTON,
    `import winston from 'winston'
import { Writable } from 'node:stream'
const sink = new Writable({ write: (_chunk, _encoding, done) => done() })
winston.createLogger({ transports: [new winston.transports.Stream({ stream: sink })] }).error('first', { error })`,
  ],
] as const) {
  test(`the first line of a process keeps the own fields of its error too, by ${name}`, async () => {
    const logs = await logsOf(
      [...SDK, ...packages],
      `const error = Object.assign(new RangeError('out'), { orderId: 'ord_7', details: { shelf: 3 } })\n${first}`,
    )
    expect(logs).toMatchObject([{ level: 'error', error: { type: 'RangeError', message: 'out' } }])
    expect(JSON.stringify(logs[0]?.metadata)).toMatch(/ord_7.*"shelf":3/)
  })
}
