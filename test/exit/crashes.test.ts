import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Inbox, startInbox } from '../../src/testing/index.js'
import type { Log } from '../../src/wire/log.js'
import { NODE_24, runApp } from './support.js'

let inbox: Inbox

beforeAll(async () => {
  inbox = await startInbox()
})
beforeEach(() => inbox.clear())
afterAll(() => inbox.close())

/** Returns the only error log of the run. */
async function crash(args: string[], node?: string): Promise<Log | undefined> {
  const env = { OTEL_TRACES_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' }
  const { code, stderr } = await runApp('request-crash.cjs', args, { apiUrl: inbox.apiUrl, env, node })
  expect(code, stderr).toBe(1)
  const errors = inbox.logs().filter(({ error }) => error)
  expect(errors).toHaveLength(1)
  return errors[0]
}

test.each([
  ['in the listener', process.execPath],
  ['in a timer', process.execPath],
  ['in a promise', process.execPath],
  ['in its body', process.execPath],
  ['in the listener', NODE_24],
  ['in a timer', NODE_24],
  ['in a promise', NODE_24],
  ['in its body', NODE_24],
])('a crash %s belongs to its request (%s)', async (way, node) => {
  const log = await crash([way], node)
  const before = inbox.logs().find(({ message }) => message === 'about to crash')
  expect(log).toMatchObject({
    level: 'fatal',
    message: 'boom',
    user_id: '/crash',
    request_id: 'the-one',
    trace: { trace_id: before?.metadata?.traceId },
    request: { method: 'GET', path: '/crash' },
    error: { type: 'TypeError', filename: expect.stringMatching(/request-crash\.cjs$/) },
    metadata: { 'error.causes': [{ type: 'RangeError', message: 'too far' }] },
  })
})

test('an error that the application had captured before it crashed is not captured again', async () => {
  const log = await crash(['after it was captured'])
  expect(log).toMatchObject({ metadata: { mine: true }, request_id: 'the-one' })
})

test("the log of the application's own handler takes the place of the automatic one", async () => {
  const log = await crash(['in a timer', 'captures'])
  expect(log).toMatchObject({ level: 'error', metadata: { mine: true }, request_id: 'the-one' })
})
