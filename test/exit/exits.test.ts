import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Inbox, startInbox } from '../../src/testing/index.js'
import { closedLatch } from '../support/until.js'
import { startVendor, type Vendor } from '../support/vendor.js'
import { type Ending, NODE_24, type RunOptions, runApp } from './support.js'

let inbox: Inbox
let runs = 0

beforeAll(async () => {
  inbox = await startInbox()
})
afterAll(() => inbox.close())

const canReplaceItself = process.platform !== 'win32'

interface Outcome {
  readonly ending: Ending
  /** How many of the 50 logs arrived. */
  readonly arrived: number
  /** Level, type and message of each captured error. */
  readonly crashes: readonly string[]
}

/** Runs the application with and without this package: exit code, signal and output must be equal. */
async function compare(event: string, options: RunOptions & { app?: string } = {}): Promise<Outcome> {
  const { app = 'ends.cjs', env, ...rest } = options
  const service = `run-${runs++}`
  const [bare, ending] = await Promise.all([
    runApp(app, [event], { ...rest, env }),
    runApp(app, [event], { ...rest, env: { ...env, LOGNITOR_SERVICE: service }, apiUrl: inbox.apiUrl }),
  ])
  expect({ ...ending, stderr: visible(ending.stderr) }).toEqual({ ...bare, stderr: visible(bare.stderr) })
  const logs = inbox.logs().filter((log) => log.service === service)
  return {
    ending,
    arrived: logs.filter(({ level }) => level === 'info').length,
    crashes: logs.flatMap(({ level, error }) => (error ? [`${level} ${error.type} ${error.message}`] : [])),
  }
}

/** Without process ids and stack frames, since frames of this package may stand between Node's. */
function visible(stderr: string): string {
  return stderr.replace(/\(node:\d+\)/g, '(node)').replace(/^ +at .*\n/gm, '')
}

describe.concurrent('with CommonJS all 50 logs arrive, and the end is the same as without this package', () => {
  test.each([
    ['end', 0],
    ['end with exitCode', 4],
    ['end after a while', 0],
    ['end with a beforeExit listener', 0],
    ['exit 0', 0],
    ['exit 7', 7],
    ['exit inside exit', 9],
    ['exit by the binding', 4],
  ])('%s', async (event, code) => {
    const { ending, arrived } = await compare(event)
    expect([ending.code, arrived]).toEqual([code, 50])
  })

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'])(
    '%s with an open HTTP server',
    async (signal) => {
      const { ending, arrived } = await compare(signal)
      expect([ending.signal, arrived]).toEqual([signal, 50])
    },
  )

  test.each([
    ['throw', 'fatal TypeError boom', 1],
    ['throw later', 'fatal TypeError boom', 1],
    ['throw a string', 'fatal Error boom', 1],
    ['throw in a request', 'fatal TypeError boom', 1],
    ['throw in a thread', 'fatal TypeError boom', 1],
    ['throw in a handler', 'fatal Error first', 7],
    ['throw in an exit listener', 'fatal TypeError boom', 1],
    ['throw and exit', 'fatal TypeError boom', 6],
    ['throw and go on', 'error TypeError boom', 0],
    ['throw into a capture callback', 'error TypeError boom', 0],
    ['throw into a capture callback that throws', 'fatal TypeError boom', 7],
    ['throw into a capture callback that exits', 'fatal TypeError boom', 3],
    ['throw into a domain that goes on', 'error TypeError boom', 0],
    ['throw into a domain whose handler throws', 'fatal TypeError boom', 7],
    ['reject into a capture callback that throws', 'fatal TypeError boom', 7],
    ['reject', 'fatal TypeError boom', 1],
    ['reject with a string', 'fatal Error boom', 1],
    ['reject and exit', 'fatal TypeError boom', 5],
    ['reject and go on as an exception', 'error TypeError boom', 0],
    ['unhandled and handled', 'error TypeError boom', 0],
  ])('%s', async (event, crash, code) => {
    const { ending, arrived, crashes } = await compare(event)
    expect([ending.code, arrived, crashes]).toEqual([code, 50, [crash]])
  })
})

describe.concurrent('in a removed working directory all 50 logs arrive, and the end is the same as without this package', () => {
  test.each([
    ['end', 0],
    ['exit 7', 7],
    ['throw', 1],
  ])('%s', async (event, code) => {
    const { ending, arrived, crashes } = await compare(event, { app: 'removed-directory.cjs' })
    expect([ending.code, arrived]).toEqual([code, 50])
    expect(crashes).toHaveLength(event === 'throw' ? 1 : 0)
    expect(ending.stdout).toMatch(/removed \(deleted\)$/)
  })
})

describe.concurrent.each([
  ['throw', 'fatal'],
  ['strict', 'fatal'],
  ['warn', 'error'],
  ['none', 'error'],
  ['warn-with-error-code', 'error'],
])('with --unhandled-rejections=%s', (mode, level) => {
  const flags = [`--unhandled-rejections=${mode}`]

  test('a rejection is one log, and Node handles it as always', async () => {
    const { arrived, crashes } = await compare('reject', { flags })
    expect([arrived, crashes]).toEqual([50, [`${level} TypeError boom`]])
  })

  test('a rejection with a reason that is no error is one log, too', async () => {
    const { crashes } = await compare('reject with a string', { flags })
    expect(crashes).toEqual([expect.stringMatching(new RegExp(`^${level} .*boom`, 's'))])
  })

  test("an app's own handler of rejections stays in charge", async () => {
    const { crashes } = await compare('unhandled and handled', { flags })
    // In strict mode Node does not call such a handler.
    expect(crashes).toEqual([`${mode === 'strict' ? 'fatal' : 'error'} TypeError boom`])
  })

  test("an app's own handler of exceptions stays in charge", async () => {
    const { crashes } = await compare('reject and go on as an exception', { flags })
    expect(crashes).toEqual(['error TypeError boom'])
  })
})

describe.concurrent('with ES modules all is the same', () => {
  const options = { app: 'ends.mjs' }

  test.each([
    ['end', 0, []],
    ['exit 7', 7, []],
    ['throw', 1, ['fatal TypeError boom']],
    ['reject', 1, ['fatal TypeError boom']],
    ['SIGTERM', 'SIGTERM', []],
  ])('%s', async (event, expected, captured) => {
    const { ending, arrived, crashes } = await compare(event, options)
    expect([ending.signal ?? ending.code, arrived, crashes]).toEqual([expected, 50, captured])
  })
})

test('a module with an await that never settles ends with 13, and its logs arrive', async () => {
  const { ending, arrived } = await compare('', { app: 'never-settled.mjs' })
  expect([ending.code, arrived]).toEqual([13, 50])
})

test.each([
  ['an exit listener that exits itself', 5],
  ['the last exit listener of a process that exits', 0],
  ['an exit listener that throws after a crash', 1],
  ['a beforeExit listener', 0],
  ['a beforeExit listener, by a transport of its own', 0],
])('logs written in %s arrive', async (moment, code) => {
  const ending = await runApp('last-words.cjs', [moment], { apiUrl: inbox.apiUrl })
  expect(ending).toMatchObject({ code })
  const arrived = inbox.logs().filter(({ message }) => message === moment)
  expect(arrived).toHaveLength(1)
})

test.runIf(canReplaceItself)('logs written before the process becomes another program arrive', async () => {
  const ending = await runApp('last-words.cjs', ['execve'], { apiUrl: inbox.apiUrl, node: NODE_24 })
  expect(ending).toMatchObject({ code: 0, stdout: 'another program\n' })
  expect(inbox.logs().filter(({ message }) => message === 'execve')).toHaveLength(1)
})

test('a full batch is sent at once', async () => {
  const { stdout } = await runApp('full-batch.cjs')
  expect(stdout).toBe('sent\ntimer\n')
})

test('logs written in beforeExit do not keep the process alive', async () => {
  expect(await runApp('before-exit.cjs', [], { apiUrl: inbox.apiUrl })).toMatchObject({
    code: 0,
    stdout: '1',
  })
})

test('debug: true changes nothing when nobody reads stderr any more', async () => {
  const { ending, arrived } = await compare('end after a while', {
    env: { LOGNITOR_DEBUG: 'true' },
    before: ['bash', '-c', 'exec 2> >(exec true); sleep 0.3; exec "$@"', 'bash'],
  })
  expect([ending.code, arrived]).toEqual([0, 50])
})

describe('API calls of a program that has nothing else to do', () => {
  let vendor: Vendor

  beforeAll(async () => {
    vendor = await startVendor()
    vendor.answer({ status: 503 })
  })
  afterAll(() => vendor.close())

  /** Far less than the ten seconds that a caller may wait for an answer. */
  const run = (what: string) =>
    runApp('api-calls.mjs', [what], {
      apiUrl: vendor.apiUrl,
      env: { LOGNITOR_FLUSH_ON_EXIT: '300' },
      limitMs: 8_000,
    })

  test('that nobody awaits hold the program no longer than flushOnExit', async () => {
    expect(await run('ping and go')).toMatchObject({ code: 0, stdout: '' })
  })

  test('are all answered when the service works', async () => {
    const ending = await runApp('api-calls.mjs', ['wait'], { apiUrl: inbox.apiUrl })
    expect(ending).toMatchObject({ code: 0, stdout: 'true\ntrue\ngoes on\n' })
  })

  test('that are awaited settle, and the program goes on', async () => {
    expect(await run('wait')).toMatchObject({ code: 0, stdout: 'false\nfalse\ngoes on\n' })
  })

  test('are answered although the program was blocked until the time for the answer had passed', async () => {
    const { promise: after, open } = closedLatch()
    vendor.answer({ after })
    const ending = await runApp('api-calls.mjs', ['wait and block'], {
      apiUrl: vendor.apiUrl,
      env: { LOGNITOR_FLUSH_ON_EXIT: '2000' },
      when: ['blocks', open],
    })
    expect(ending).toMatchObject({ code: 0, stdout: 'blocks\ntrue\n' })
  })

  test('that hold a program in vain leave its later end all of the time', async () => {
    vendor.answer({ silent: true }, {})
    const ending = await runApp('api-calls.mjs', ['go on and exit'], {
      apiUrl: vendor.apiUrl,
      env: { LOGNITOR_FLUSH_ON_EXIT: '2000' },
    })
    expect(ending).toMatchObject({ code: 0, stdout: 'false\n{}\n', stderr: '' })
  })
})

describe.concurrent('options of the end', () => {
  test('captureUncaught: false logs no crash, and earlier logs still arrive', async () => {
    const { arrived, crashes } = await compare('throw', { env: { LOGNITOR_CAPTURE_UNCAUGHT: 'false' } })
    expect([arrived, crashes]).toEqual([50, []])
  })

  test.each(['end', 'exit 7', 'SIGTERM'])(
    'flushOnExit: false delivers nothing at the end (%s)',
    async (event) => {
      const env = { LOGNITOR_FLUSH_ON_EXIT: 'false', LOGNITOR_BATCH_SIZE: '100' }
      expect((await compare(event, { env })).arrived).toBe(0)
    },
  )
})
