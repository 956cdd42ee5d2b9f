import { expect, test } from 'vitest'
import { inbox, REGISTER, runApp, SDK, startServicesForEachTest } from './app.js'

startServicesForEachTest()

const SINGLE = ['pino', 'winston', 'bunyan'].map((name) => `@opentelemetry/instrumentation-${name}`)
const LOGGERS = ['@opentelemetry/winston-transport', 'pino', 'winston', 'bunyan']

/** Every logger, writing to stdout as it does by default, within a span. */
const FILES = {
  'app.mjs': `
import { trace } from '@opentelemetry/api'
import bunyan from 'bunyan'
import pino from 'pino'
import winston from 'winston'
const loggers = [
  pino({ base: null, timestamp: false }),
  winston.createLogger({ transports: [new winston.transports.Console()] }),
  bunyan.createLogger({ name: 'job' }),
]
trace.getTracer('job').startActiveSpan('work', (span) => {
  for (const log of loggers) log.info('at work')
  span.end()
})
`,
}

test.each([
  ['single instrumentations', SINGLE],
  ['the package of all instrumentations', ['@opentelemetry/auto-instrumentations-node', ...SINGLE]],
])('zero code changes nothing in the lines that the application prints: %s', async (_, packages) => {
  const lines = async (start: string[]) => {
    const { stdout } = await runApp([...SDK, ...packages, ...LOGGERS], {}, FILES, start)
    // Each logger writes when it likes.
    return stdout
      .replace(/"(?:time|pid)":[^,]+/g, '')
      .split('\n')
      .sort()
  }
  const [alone, observed] = [await lines(['app.mjs']), await lines([...REGISTER, 'app.mjs'])]
  expect(alone.join()).toContain('at work')
  expect(observed).toEqual(alone)
  expect(new Set(inbox.logs().map(({ message, trace }) => [message, trace?.trace_id].join())).size).toBe(1)
  expect(inbox.logs()).toHaveLength(3)
  expect(inbox.logs()[0]?.trace).toBeDefined()
})
