import { expect, test } from 'vitest'
import { HTTP, messages, PINO, REGISTER, runApp, SDK, startServicesForEachTest } from './app.js'

startServicesForEachTest()

/** Writes when nothing is left to do, works for a while, writes again, and once more at the end. */
const APP = `
import { trace } from '@opentelemetry/api'
import pino from 'pino'
const log = pino({ level: 'info' }, { write() {} })
const work = (name) => trace.getTracer('app').startSpan(name).end()
work('first span')
log.info('first')
process.once('beforeExit', () => {
  log.info('in beforeExit')
  setTimeout(() => {
    log.info('after beforeExit')
    work('second span')
    process.on('exit', () => log.info('in exit'))
  }, 50)
})
`

test('with another exporter, logs written after the event loop was empty once arrive at both', async () => {
  const { code, stdout } = await runApp(
    [...SDK, '@opentelemetry/sdk-logs', HTTP, PINO, 'pino'],
    { OTEL_TRACES_EXPORTER: 'console', OTEL_LOGS_EXPORTER: 'console' },
    { 'app.mjs': APP },
    [...REGISTER, 'app.mjs'],
  )
  expect(code).toBe(0)
  expect(messages()).toEqual(['after beforeExit', 'first', 'in beforeExit', 'in exit'])
  for (const words of ['first span', 'second span', "body: 'after beforeExit'"])
    expect(stdout).toContain(words)
})
