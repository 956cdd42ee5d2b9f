import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Inbox, startInbox } from '../../src/testing/index.js'
import { NODE_24, type RunOptions, runApp } from './support.js'

let inbox: Inbox

beforeAll(async () => {
  inbox = await startInbox()
})
afterAll(() => inbox.close())

/** Each log and the end come in the turn of the event loop in which the client is made. */
const cases: [string, string, RunOptions][] = [
  [
    'comes up while the process ends',
    'LOGNITOR_PROXY_UNUSABLE',
    { env: { ALL_PROXY: 'socks5://127.0.0.1:9' } },
  ],
  ['has just come up', 'LOGNITOR_BAD_ENVIRONMENT', { env: { LOGNITOR_BATCH_SIZE: 'many' } }],
  [
    'says that nothing can be delivered',
    'LOGNITOR_NO_EXIT_DELIVERY',
    { node: NODE_24, flags: ['--permission', '--allow-fs-read=*'] },
  ],
]

test.each(cases)(
  'a warning that %s is printed once, although process.exit is called at once',
  async (_, code, options) => {
    const { stderr, ...ending } = await runApp('ends.cjs', ['exit 0'], { ...options, apiUrl: inbox.apiUrl })
    expect(ending.code).toBe(0)
    expect(stderr.split(`[${code}]`)).toHaveLength(2)
  },
)

test('a warning that was printed in time is not printed again at the end', async () => {
  const options = { env: { LOGNITOR_BATCH_SIZE: 'many' }, apiUrl: inbox.apiUrl }
  const { stderr } = await runApp('ends.cjs', ['end after a while'], options)
  expect(stderr.split('[LOGNITOR_BAD_ENVIRONMENT]')).toHaveLength(2)
})

test.each([
  ['at once', ''],
  ['at once', 'test-key'],
  ['in exit', ''],
  ['in exit', 'test-key'],
])(
  'what a client that is made as the process ends (%s, key "%s") has to say is printed',
  async (when, key) => {
    const env = { LOGNITOR_API_KEY: key, LOGNITOR_BATCH_SIZE: 'many' }
    const { code, stderr } = await runApp('short.cjs', [when], { env, apiUrl: inbox.apiUrl })
    expect(code).toBe(0)
    expect(stderr.split('[LOGNITOR_BAD_ENVIRONMENT]')).toHaveLength(2)
    expect(stderr.split('[LOGNITOR_NO_API_KEY]')).toHaveLength(key === '' ? 2 : 1)
  },
)

test.each(['emit', 'on', 'prependListener', 'everything'])(
  'an application whose process lets nobody watch (%s) runs on, and is told what that costs',
  async (locked) => {
    const { code, stdout, stderr } = await runApp('locked.cjs', [locked], { apiUrl: inbox.apiUrl })
    expect(stderr).toContain('LOGNITOR_NO_EXIT_DELIVERY')
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'delivered true\n' })
  },
)
