import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Inbox, startInbox } from '../../src/testing/index.js'
import { until } from '../support/until.js'
import { startVendor } from '../support/vendor.js'
import { type Ending, NODE_24, type RunOptions, runApp } from './support.js'

let inbox: Inbox

beforeAll(async () => {
  inbox = await startInbox()
})
beforeEach(() => inbox.clear())
afterAll(() => inbox.close())

const term: RunOptions['when'] = ['up', (child) => child.kill('SIGTERM')]

/** Runs the application with and without this package: exit code, signal and output must be equal. */
async function compare(args: readonly string[], options: RunOptions = {}): Promise<Ending> {
  const [bare, ours] = await Promise.all([
    runApp('signalled.cjs', args, { when: term, ...options }),
    runApp('signalled.cjs', args, { when: term, ...options, apiUrl: inbox.apiUrl }),
  ])
  expect(ours).toEqual(bare)
  return ours
}

function messages(): string[] {
  return inbox.logs().flatMap(({ message }) => (message.startsWith('log ') ? [] : [message]))
}

function arrived(): number {
  return inbox.logs().filter(({ message }) => message.startsWith('log ')).length
}

describe.each([
  ['added after the client', 'last'],
  ['added before the client', 'first'],
])('a listener %s', (_, order) => {
  test('that drains decides about the end, and its logs arrive', async () => {
    const { code, stdout } = await compare(['drain', order])
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'up\ndraining\ndrained\n' })
    expect([arrived(), messages()]).toEqual([50, ['begin to drain', 'drained', 'at exit']])
  })

  test('that ends the process itself does so, with its own code', async () => {
    expect((await compare(['drain and exit', order])).code).toBe(3)
    expect([arrived(), messages()]).toEqual([50, ['begin to drain', 'drained', 'at exit']])
  })

  test('that raises the signal again after its work ends the process by the signal', async () => {
    expect((await compare(['once and again', order])).signal).toBe('SIGTERM')
    expect([arrived(), messages()]).toEqual([50, ['begin to drain', 'drained']])
  })

  test('that removes all listeners and raises the signal again ends the process by the signal', async () => {
    expect((await compare(['remove all', order])).signal).toBe('SIGTERM')
    expect([arrived(), messages()]).toEqual([50, ['again']])
  })

  test('that ends the process only when it is alone is alone', async () => {
    expect((await compare(['only when alone', order])).code).toBe(44)
    expect([arrived(), messages()]).toEqual([50, ['at exit']])
  })

  test.each(['signal-exit 4', 'signal-exit 3', 'both signal-exits'])(
    'of %s does its work',
    async (library) => {
      const { signal, stdout } = await compare([library, order])
      expect(signal).toBe('SIGTERM')
      expect(stdout).toMatch(/cleaned up after SIGTERM/)
      expect(arrived()).toBe(50)
    },
  )

  test("of signal-exit lets an app's own listener decide, as this package does", async () => {
    const { code, stdout } = await compare(['signal-exit 4 and drain', order])
    expect(code).toBe(0)
    expect(stdout).toMatch(/drained/)
    expect([arrived(), messages()]).toEqual([50, ['begin to drain', 'drained', 'at exit']])
  })
})

test('a listener that soon ends the process has each batch sent once', async () => {
  const vendor = await startVendor()
  const late = () => ({ after: new Promise<void>((resolve) => setTimeout(resolve, 300)) })
  vendor.answer({}, late)
  const when: RunOptions['when'] = ['flushed', (child) => child.kill('SIGTERM')]
  const env = { LOGNITOR_BATCH_SIZE: '100' }
  const options = { when, env, apiUrl: vendor.apiUrl }
  expect((await runApp('signalled.cjs', ['close and exit', 'last'], options)).code).toBe(0)
  await vendor.close()
  expect(vendor.messages().slice(50)).toEqual(['unsent', 'at exit'])
})

test.each(['SIGQUIT', 'SIGUSR2'] as const)('%s is handled like SIGTERM', async (signal) => {
  const when: RunOptions['when'] = ['up', (child) => child.kill(signal)]
  const ideas = [['none'], ['once and again', 'last', signal]]
  for (const args of ideas) {
    inbox.clear()
    expect((await compare(args, { when })).signal).toBe(signal)
    expect([args[0], arrived()]).toEqual([args[0], 50])
    expect(messages()).toEqual(args[0] === 'none' ? [] : ['begin to drain', 'drained'])
  }
})

test.each(['all listeners removed', 'ours removed, others stay'])(
  'a signal is attended to although the application removes listeners that it did not add (%s)',
  async (idea) => {
    const when: RunOptions['when'] = ['listeners removed', (child) => child.kill('SIGTERM')]
    expect((await compare([idea, 'last'], { when })).signal).toBe('SIGTERM')
    expect([arrived(), messages()]).toEqual([50, ['unsent']])
  },
)

test('a signal that a listener of exit raises ends the process as without this package', async () => {
  expect((await compare(['raise in exit', 'last'], { when: undefined })).signal).toBe('SIGTERM')
  expect(arrived()).toBe(50)
})

test.each(['signal-exit 4', 'none'])('on Node 24 it is the same (%s)', async (idea) => {
  expect((await compare([idea, 'last'], { node: NODE_24 })).signal).toBe('SIGTERM')
  expect(arrived()).toBe(50)
})

test.each([
  ['Node 20', process.execPath],
  ['Node 24', NODE_24],
])('a signal that the application emits as an event does not end the process (%s)', async (_, node) => {
  const { code, stdout } = await compare(['emit it as an event', 'last'], { node, when: undefined })
  expect([code, stdout]).toEqual([0, 'up\ndraining\ndrained\n'])
  expect(messages()).toEqual(['drained', 'at exit'])
  expect((await compare(['emit it to nobody', 'last'], { node, when: undefined })).code).toBe(0)
})

test('a shell sees the same exit status as without this package', async () => {
  const [bare, ours] = await Promise.all(
    [undefined, inbox.apiUrl].map((apiUrl) =>
      runApp('signalled.cjs', ['none'], {
        apiUrl,
        before: ['sh', '-c', '"$@" & trap "kill -TERM $!" TERM; wait $!; wait $!; echo "status $?"', 'sh'],
        when: term,
      }),
    ),
  )
  expect(ours?.stdout).toContain('status 143')
  expect(ours).toEqual(bare)
  expect(arrived()).toBe(50)
})

test('a second signal ends at once a process whose delivery takes long', async () => {
  const vendor = await startVendor()
  vendor.answer({ silent: true })
  const { signal } = await runApp('signalled.cjs', ['none'], {
    apiUrl: vendor.apiUrl,
    // Longer than the test waits: the process would not end by itself in time.
    env: { LOGNITOR_FLUSH_ON_EXIT: '60000' },
    when: [
      'up',
      (child) => {
        child.kill('SIGTERM')
        setTimeout(() => child.kill('SIGINT'), 500)
      },
    ],
  })
  expect(signal).toBe('SIGINT')
  await vendor.close()
})

// Signals that come while the event loop is blocked are reported in one turn of it.
test('two signals at once end the process by the first, after the delivery', async () => {
  expect((await compare(['two at once', 'last'], { when: undefined })).signal).toBe('SIGTERM')
  expect([arrived(), messages()]).toEqual([50, []])
})

test.each(['exit when asked', 'throw when asked'])(
  'a process that has got a signal ends by the signal, whatever the application does during the delivery (%s)',
  async (idea) => {
    const vendor = await startVendor()
    vendor.answer({ silent: true }, {})
    const { signal } = await runApp('signalled.cjs', [idea, 'last'], {
      apiUrl: vendor.apiUrl,
      env: { LOGNITOR_BATCH_SIZE: '100' },
      when: [
        'up',
        async (child) => {
          child.kill('SIGTERM')
          await until(() => vendor.seen.length === 1, 'the delivery has begun')
          child.stdin?.write('now')
        },
      ],
    })
    await vendor.close()
    expect(signal).toBe('SIGTERM')
    expect(vendor.messages().filter((message) => message.startsWith('log '))).toHaveLength(50)
  },
)

test('a process that survives the signal still logs', async () => {
  inbox.faults({ delayMs: 500 })
  const { signal } = await runApp('signalled.cjs', ['late listener'], {
    apiUrl: inbox.apiUrl,
    when: [
      'up',
      (child) => {
        // The application adds its listener while the logs are in flight.
        child.kill('SIGTERM')
        setTimeout(() => child.kill('SIGUSR2'), 100)
        child.stdout?.on('data', (piece: Buffer) => {
          if (piece.toString().includes('not now')) setTimeout(() => child.kill('SIGINT'), 50)
        })
      },
    ],
  })
  inbox.faults({})
  expect(signal).toBe('SIGINT')
  expect([arrived(), messages()]).toEqual([50, ['not now']])
})

const canUnshare = spawnSync('unshare', ['--pid', '--fork', 'true']).status === 0

test.runIf(canUnshare)(
  'the first process of a container delivers and ends with 128 and the signal',
  async () => {
    const { code } = await runApp('signalled.cjs', ['none'], {
      apiUrl: inbox.apiUrl,
      before: ['unshare', '--pid', '--fork', '--kill-child'],
      // A signal from outside goes to the process that unshare waits for.
      when: ['up', (child) => signalChildrenOf(child.pid as number)],
    })
    expect(code).toBe(143)
    expect([arrived(), messages()]).toEqual([50, ['at exit']])
  },
)

function signalChildrenOf(pid: number): void {
  const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', `${pid}`], { encoding: 'utf8' })
  process.kill(Number(stdout.trim()), 'SIGTERM')
}
