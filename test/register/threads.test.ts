import { expect, test } from 'vitest'
import { until } from '../support/until.js'
import { HTTP, inbox, messages, PINO, runApp, SDK, startServicesForEachTest } from './app.js'

startServicesForEachTest()

const WORKERS = `
import { Worker, isMainThread, threadId } from 'node:worker_threads'
import pino from 'pino'
const log = pino({}, pino.destination(2))
if (isMainThread) {
  for (let n = 0; n < 3; n++) new Worker(new URL(import.meta.url))
  log.info('main')
} else {
  log.info('worker')
}
`

for (const how of ['--import', '--require']) {
  test(`worker threads inherit a preload by ${how}: each delivers its own logs, and all end by themselves`, async () => {
    const start = [how, '@lognitor/opentelemetry/register', 'app.mjs']
    const { code } = await runApp([...SDK, HTTP, PINO, 'pino'], {}, { 'app.mjs': WORKERS }, start)
    expect(code).toBe(0)
    await until(() => inbox.logs().length >= 4, 'all threads deliver')
    expect(messages()).toEqual(['main', 'worker', 'worker', 'worker'])
  })
}

const TRANSPORT = `
import pino from 'pino'
const log = pino({ transport: { target: 'pino/file', options: { destination: 2 } } })
log.info('through a transport of its own thread')
`

test("pino's own transport threads do no harm: each line arrives once", async () => {
  const { code, stderr } = await runApp([...SDK, HTTP, PINO, 'pino'], {}, { 'app.mjs': TRANSPORT })
  expect(code).toBe(0)
  expect(messages()).toEqual(['through a transport of its own thread'])
  expect(stderr).toContain('through a transport of its own thread')
})
