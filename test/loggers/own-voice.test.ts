import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Inbox, startInbox } from '../../src/testing/index.js'
import { runJob } from './job.js'

const PACKAGES = [
  '@opentelemetry/api',
  '@opentelemetry/instrumentation',
  '@opentelemetry/sdk-node',
  '@opentelemetry/instrumentation-console',
  '@opentelemetry/instrumentation-pino',
  '@opentelemetry/instrumentation-winston',
  '@opentelemetry/winston-transport',
  'pino',
  'winston',
]

let inbox: Inbox

beforeEach(async () => {
  inbox = await startInbox({ port: 0 })
})

afterEach(() => inbox.close())

/** With every bridge there is, so that whatever is said could come back. */
function telemetry(more = '', options = ''): string {
  return `
import { register } from 'node:module'
import { diag, DiagConsoleLogger, DiagLogLevel } from '@opentelemetry/api'
import { init, LognitorLogRecordExporter, LognitorLogRecordProcessor } from '@lognitor/opentelemetry'
import { ConsoleInstrumentation } from '@opentelemetry/instrumentation-console'
import { PinoInstrumentation } from '@opentelemetry/instrumentation-pino'
import { WinstonInstrumentation } from '@opentelemetry/instrumentation-winston'
import { NodeSDK, logs } from '@opentelemetry/sdk-node'
register('@opentelemetry/instrumentation/hook.mjs', import.meta.url)
const client = init({ service: 'a-job', flushInterval: 50, ${options} })
const processors = {
  ours: () => new LognitorLogRecordProcessor({ client }),
  simple: () => new logs.SimpleLogRecordProcessor({ exporter: new LognitorLogRecordExporter({ client }) }),
}
${more}
new NodeSDK({
  logRecordProcessors: [processors[process.env.PROCESSOR ?? 'ours']()],
  spanProcessors: [],
  metricReaders: [],
  instrumentations: [new ConsoleInstrumentation(), new PinoInstrumentation(), new WinstonInstrumentation()],
}).start()
`
}

/** Makes OpenTelemetry speak: a value it drops, a second registration. */
const SPEAK = `
import { context, diag, DiagLogLevel, metrics } from '@opentelemetry/api'
import { logs } from '@opentelemetry/api-logs'
import pino from 'pino'
import winston from 'winston'
const log = pino({ level: 'trace' }, pino.destination(2))
const other = winston.createLogger({ level: 'silly', transports: [new winston.transports.Console({ stderrLevels: ['silly', 'debug', 'info', 'warn', 'error'] })] })
const loggers = {
  pino: Object.fromEntries(['error', 'warn', 'info', 'debug'].map((level) => [level, (...words) => log[level](words.join(' '))])),
  winston: Object.fromEntries(['error', 'warn', 'info', 'debug'].map((level) => [level, (...words) => other.log(level, words.join(' '))])),
  console: Object.fromEntries(['error', 'warn', 'info', 'debug'].map((level) => [level, (...words) => console[level](...words)])),
}
const way = process.env.DIAG
if (way) diag.setLogger({ ...loggers[way], verbose: loggers[way].debug }, DiagLogLevel.ALL)
function speak() {
  diag.warn('said by hand')
  diag.createComponentLogger({ namespace: 'x' }).error('said by a part')
  logs.getLogger('app').emit({ body: 'with a date', attributes: { when: new Date() } })
}
speak()
log.info('app by pino')
other.info('app by winston')
console.info('app by console')
speak()
`

const APP_LINES = ['app by console', 'app by pino', 'app by winston', 'with a date', 'with a date']

const messages = (logs: readonly { message: string }[]) => logs.map(({ message }) => message).sort()

for (const diag of ['pino', 'winston', 'console']) {
  for (const processor of ['ours', 'simple']) {
    test(`what OpenTelemetry says through ${diag} does not come back as logs (${processor} processor)`, async () => {
      const { logs, stderr } = await runJob(inbox, {
        packages: [...PACKAGES, '@opentelemetry/api-logs'],
        files: { 'telemetry.mjs': telemetry(), 'app.mjs': SPEAK },
        env: { DIAG: diag, PROCESSOR: processor },
      })
      expect(stderr).toContain('said by hand')
      expect(stderr).toContain('said by a part')
      expect(messages(logs)).toEqual(APP_LINES)
    })
  }
}

test('a diag logger that was there before us is heard out too', async () => {
  const early = `
const say = (...words) => globalThis.isRunning && console.error(...words)
diag.setLogger({ error: say, warn: say, info: say, debug: say, verbose: say }, DiagLogLevel.ALL)
`
  const { logs, stderr } = await runJob(inbox, {
    packages: [...PACKAGES, '@opentelemetry/api-logs'],
    files: { 'telemetry.mjs': telemetry(early), 'app.mjs': `globalThis.isRunning = true\n${SPEAK}` },
  })
  expect(stderr).toContain('said by hand')
  expect(messages(logs)).toEqual(APP_LINES)
})

test('OTEL_LOG_LEVEL=debug and the console bridge together add no log', async () => {
  const { logs, stderr } = await runJob(inbox, {
    packages: [...PACKAGES, '@opentelemetry/api-logs'],
    files: { 'telemetry.mjs': telemetry('', 'debug: true'), 'app.mjs': SPEAK },
    env: { OTEL_LOG_LEVEL: 'debug' },
  })
  // Both have spoken.
  expect(stderr).toContain('lognitor: ')
  expect(stderr).toContain('said by hand')
  expect(messages(logs)).toEqual(APP_LINES)
})

const WARN = `
import pino from 'pino'
import { getClient } from '@lognitor/opentelemetry'
const log = pino({}, pino.destination(2))
process.on('warning', (warning) => {
  log.warn(warning)
  console.warn(warning)
})
getClient().log('loud', 'no such level')
process.emitWarning('of the application')
`

test('our own warnings do not come back through a listener that logs warnings; others do', async () => {
  const { logs, stderr } = await runJob(inbox, {
    packages: PACKAGES,
    files: { 'telemetry.mjs': telemetry(), 'app.mjs': WARN },
  })
  expect(stderr).toContain('LOGNITOR_INVALID_LEVEL')
  // By pino, by the listener's console, and by Node, which prints through console too.
  expect(messages(logs)).toEqual([
    expect.stringMatching(/^\(node:\d+\) Warning: of the application$/),
    'of the application',
    'of the application',
  ])
  // Node prints warnings by console.error.
  expect(new Set(logs.map(({ level }) => level))).toEqual(new Set(['warn']))
})
