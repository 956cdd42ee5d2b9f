import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Stats } from '../../src/pipeline/pipeline.js'
import { type Inbox, startInbox } from '../../src/testing/index.js'
import { type Ending, NODE_24, runApp } from './support.js'

let inbox: Inbox

beforeAll(async () => {
  inbox = await startInbox()
})
beforeEach(() => inbox.clear())
afterAll(() => inbox.close())

const run = (app: string, args: string[], node?: string, env?: Record<string, string>) =>
  runApp(app, args, { apiUrl: inbox.apiUrl, node, env })

/** How many logs came from threads; each must have arrived once. */
function fromThreads(): number {
  const messages = inbox
    .logs()
    .flatMap(({ service, level, message }) =>
      (service === 'thread' || service === 'worker') && level === 'info' ? [message] : [],
    )
  expect(new Set(messages).size).toBe(messages.length)
  return messages.length
}

/** The main thread's stats, which are the last line of its output. */
function account({ stdout }: Ending): Stats {
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
}

describe('four threads', () => {
  test.each([
    ['end', process.execPath],
    ['end later', process.execPath],
    ['exit', process.execPath],
    ['exit', NODE_24],
  ])('that %s deliver their 400 logs (%s)', async (way, node) => {
    expect((await run('threads.cjs', [way, '4'], node)).code).toBe(0)
    expect(fromThreads()).toBe(400)
  })

  test.each([
    ['idle', process.execPath],
    ['awaiting', process.execPath],
    ['idle', NODE_24],
  ])('that are %s deliver when the main thread calls process.exit (%s)', async (way, node) => {
    const ending = await run('threads.cjs', [way, '4'], node)
    expect(ending.code).toBe(3)
    expect(fromThreads()).toBe(400)
    expect(account(ending).dropped).toEqual({})
    expect(inbox.logs().filter(({ message }) => message === 'main exits')).toHaveLength(1)
  })

  test('that are blocked lose their logs at process.exit, and the loss is counted', async () => {
    const ending = await run('threads.cjs', ['blocked', '4'], undefined, { LOGNITOR_FLUSH_ON_EXIT: '500' })
    expect(ending.code).toBe(3)
    const { exit = 0 } = account(ending).dropped
    // The main thread's own log has no more time than theirs.
    const ofMain = inbox.logs().filter(({ message }) => message === 'main exits').length
    expect(exit + fromThreads() + ofMain).toBe(401)
    expect(exit).toBeGreaterThan(0)
  })

  test('that are terminated lose their logs, and the loss is counted', async () => {
    const ending = await run('threads.cjs', ['terminated', '4'])
    expect((account(ending).dropped.exit ?? 0) + fromThreads()).toBeGreaterThanOrEqual(400)
  })
})

test.each(['a ping', 'a log that waits for init'])(
  '%s, in a thread, arrives when the main thread calls process.exit',
  async (call) => {
    expect(await run('thread-calls.cjs', [call])).toMatchObject({ code: 3, stdout: '{}\n' })
    const arrived = [
      ...inbox.heartbeats().map(() => 'a ping'),
      ...inbox.logs().map(() => 'a log that waits for init'),
    ]
    expect(arrived).toEqual([call])
  },
)

describe("a thread's crash", () => {
  const crashes = () =>
    inbox.logs().flatMap(({ level, error, service }) => (error ? [`${level} ${service}`] : []))

  test.each(['throw', 'reject'])('that ends the process is one fatal log of the thread (%s)', async (way) => {
    expect((await run('threads.cjs', [way])).code).toBe(1)
    expect(crashes()).toEqual(['fatal thread'])
    expect(fromThreads()).toBe(100)
  })

  // Node then reports the thread's end before the thread's error.
  test('that the main thread hears of late is one log of the thread', async () => {
    expect((await run('threads.cjs', ['throw to a busy main thread'])).code).toBe(1)
    expect(crashes()).toEqual(['error thread'])
    expect(fromThreads()).toBe(100)
  })

  test.each(['busy', 'not alone'])(
    'is one log where the client of the main thread is younger than that of the thread (%s)',
    async (way) => {
      expect((await run('young-main.cjs', [way])).code).toBe(1)
      expect(crashes()).toEqual(['error thread'])
    },
  )

  test('that the main thread handles is one error log', async () => {
    const { code, stdout } = await run('threads.cjs', ['throw and be heard'])
    expect([code, stdout.split('\n')[0]]).toEqual([0, 'heard boom'])
    expect(crashes()).toEqual(['error thread'])
  })

  test("that the app's own handler catches is one error log", async () => {
    const { code, stdout } = await run('threads.cjs', ['throw and go on'])
    expect([code, stdout.split('\n')[0]]).toEqual([0, 'caught boom'])
    expect(crashes()).toEqual(['error thread'])
  })
})

describe("a cluster's four workers", () => {
  test.each([
    ['exit', 0],
    ['killed', 0],
    ['disconnected', 0],
    ['primary exits', 3],
  ])('deliver their 400 logs (%s)', async (way, code) => {
    expect((await run('cluster.cjs', [way])).code).toBe(code)
    // The workers of a primary that has ended may end after it.
    await expect.poll(() => fromThreads(), { timeout: 20_000 }).toBe(400)
  })
})

test('a preload does not harm the threads that inherit it', async () => {
  const preload = join(import.meta.dirname, 'apps/preload.mjs')
  const { code, stderr } = await runApp('plain-threads.cjs', [], {
    apiUrl: inbox.apiUrl,
    flags: ['--import', preload],
  })
  expect([code, stderr]).toEqual([0, ''])
  const sent = inbox.logs().map(({ message }) => message)
  expect(sent.filter((message) => message === 'preloaded')).toHaveLength(4)
})
