import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Inbox, startInbox } from '../../src/testing.js'
import { type Ending, NODE_24, type RunOptions, runApp } from './support.js'

let inbox: Inbox

beforeAll(async () => {
  inbox = await startInbox()
})
beforeEach(() => inbox.clear())
afterAll(() => inbox.close())

/** Runs it twice, with us and without: all that anybody can see must be the same. */
async function compare(event: string, options: RunOptions & { app?: string } = {}): Promise<Ending> {
  const { app = 'ends.cjs', ...rest } = options
  const [bare, ours] = await Promise.all([
    runApp(app, [event], rest),
    runApp(app, [event], { ...rest, apiUrl: inbox.apiUrl }),
  ])
  expect({ ...ours, stderr: visible(ours.stderr) }).toEqual({ ...bare, stderr: visible(bare.stderr) })
  return ours
}

/** Without process ids, and without frames of the stack, since ours may stand between Node's. */
function visible(stderr: string): string {
  return stderr.replace(/\(node:\d+\)/g, '(node)').replace(/^ +at .*\n/gm, '')
}

function infos(): number {
  return inbox.logs().filter(({ level }) => level === 'info').length
}

/** Level, type and message of all that was captured. */
function crashes(): string[] {
  return inbox
    .logs()
    .flatMap(({ level, error }) => (error ? [`${level} ${error.type} ${error.message}`] : []))
}

describe.each([
  ['CommonJS', {}],
  ['ES modules', { app: 'ends.mjs' }],
  ['Node 24', { node: NODE_24 }],
])('%s: all 50 logs arrive, and all else is as without us', (_, options) => {
  test.each([
    ['end', 0],
    ['end with exitCode', 4],
    ['end after a while', 0],
    ['end with a beforeExit listener', 0],
    ['exit 0', 0],
    ['exit 7', 7],
    ['exit inside exit', 9],
  ])('%s', async (event, code) => {
    expect((await compare(event, options)).code).toBe(code)
    expect(infos()).toBe(50)
  })

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'])('%s with an open HTTP server', async (signal) => {
    expect((await compare(signal, options)).signal).toBe(signal)
    expect(infos()).toBe(50)
  })

  test.each([
    ['throw', 'fatal TypeError boom', 1],
    ['throw later', 'fatal TypeError boom', 1],
    ['throw a string', 'fatal Error boom', 1],
    ['throw in a request', 'fatal TypeError boom', 1],
    ['throw in a thread', 'fatal TypeError boom', 1],
    ['throw in a handler', 'fatal Error first', 7],
    ['throw and exit', 'fatal TypeError boom', 6],
    ['throw and go on', 'error TypeError boom', 0],
    ['throw into a capture callback', 'error TypeError boom', 0],
    ['reject', 'fatal TypeError boom', 1],
    ['reject with a string', 'fatal Error boom', 1],
    ['reject and exit', 'fatal TypeError boom', 5],
    ['reject and go on as an exception', 'error TypeError boom', 0],
    ['unhandled and handled', 'error TypeError boom', 0],
  ])('%s', async (event, crash, code) => {
    expect((await compare(event, options)).code).toBe(code)
    expect(infos()).toBe(50)
    expect(crashes()).toEqual([crash])
  })
})

describe.each([
  ['throw', 'fatal', 'error', 'error'],
  ['strict', 'fatal', 'error', 'error'],
  ['warn', 'error', 'error', 'error'],
  ['none', 'error', 'error', 'error'],
  ['warn-with-error-code', 'error', 'error', 'error'],
])('with --unhandled-rejections=%s', (mode, alone) => {
  const flags = [`--unhandled-rejections=${mode}`]

  test('a rejection is one log, and Node does with it what it does', async () => {
    await compare('reject', { flags })
    expect(infos()).toBe(50)
    expect(crashes()).toEqual([`${alone} TypeError boom`])
  })

  test('so is one that is no error', async () => {
    await compare('reject with a string', { flags })
    expect(crashes()).toHaveLength(1)
    expect(crashes()[0]).toMatch(/boom/)
  })

  test("an app's own handler of rejections stays in charge", async () => {
    await compare('unhandled and handled', { flags })
    expect(crashes()).toHaveLength(1)
  })

  test("an app's own handler of exceptions stays in charge", async () => {
    await compare('reject and go on as an exception', { flags })
    expect(crashes()).toEqual(['error TypeError boom'])
  })
})

test('captureUncaught: false leaves crashes alone, and the logs before them arrive all the same', async () => {
  await compare('throw', { env: { LOGNITOR_CAPTURE_UNCAUGHT: 'false' } })
  expect(crashes()).toEqual([])
  expect(infos()).toBe(50)
})

test('flushOnExit: false delivers nothing at the end, and leaves signals alone', async () => {
  const env = { LOGNITOR_FLUSH_ON_EXIT: 'false', LOGNITOR_BATCH_SIZE: '100' }
  for (const event of ['end', 'exit 7', 'SIGTERM']) await compare(event, { env })
  expect(infos()).toBe(0)
})
