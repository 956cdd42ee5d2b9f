import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { buildProgram, type Program } from '../support/program.js'
import { startVendor, type Vendor } from '../support/vendor.js'
import { KEY, startWatchedInbox, type WatchedInbox } from './support.js'

let program: Program
let watched: WatchedInbox

beforeAll(async () => {
  program = await buildProgram('test/client/apps/ending.ts')
  watched = await startWatchedInbox()
})
afterAll(async () => {
  program.remove()
  await watched.close()
})
beforeEach(() => watched.inbox.clear())

async function run(name: string, env: Record<string, string> = {}) {
  const one = program.start([name], { LOGNITOR_API_KEY: KEY, LOGNITOR_API_URL: watched.apiUrl, ...env })
  return { ended: await one.ended, output: one.stdout().trim(), errors: one.stderr() }
}

test('a program that awaits an answer lives until it has it', async () => {
  watched.inbox.faults({ delayMs: 500 })
  expect(await run('awaits a release')).toMatchObject({ ended: 0, output: 'release true', errors: '' })
  watched.inbox.faults({})
})

test('a program gets null when there is no answer', async () => {
  const vendor: Vendor = await startVendor()
  vendor.answer({ status: 400 })
  const ending = await run('awaits a release that cannot be had', { LOGNITOR_API_URL: vendor.apiUrl })
  expect(ending).toMatchObject({ ended: 0, output: 'release null' })
  await vendor.close()
})

test.each([
  ['wraps a job and has nothing left to do', 0],
  ['wraps a job and exits', 3],
])('the ping of a job is sent before the program ends: it %s', async (name, code) => {
  const before = watched.sent.length
  expect(await run(name)).toMatchObject({ ended: code, errors: '' })
  const pings = watched.sent.slice(before)
  expect(pings.map(({ path }) => path)).toEqual(['/api/v1/heartbeat/nightly'])
  expect(pings[0]?.headers['x-api-key']).toBeUndefined()
})

test('a program that never calls init gets the client of the environment', async () => {
  expect(await run('never calls init')).toMatchObject({ ended: 0, output: 'taken true', errors: '' })
  expect(watched.inbox.logs().map(({ message }) => message)).toEqual(['nobody called init'])
  await run('never calls init, and has something to do')
  expect(watched.inbox.logs()).toHaveLength(3)
})

test.each([
  ['exits', 3, ['nobody called init']],
  ['crashes', 1, ['crashed', 'nobody called init']],
  ['is asked to end', 'SIGTERM', ['nobody called init']],
])('a program without init gets that client also when it %s', async (event, ended, messages) => {
  expect(await run(`never calls init, and ${event}`)).toMatchObject({ ended })
  const logs = watched.inbox.logs()
  expect(logs.map(({ message }) => message).sort()).toEqual(messages)
  // The crash is the failure that was captured by hand before.
  expect(logs.filter(({ error }) => error).every(({ metadata }) => metadata?.by === 'hand')).toBe(true)
})

test('a program without init is warned when the environment has no key', async () => {
  const ending = await run('never calls init', { LOGNITOR_API_KEY: '' })
  expect(ending).toMatchObject({ ended: 0, output: 'taken false' })
  expect(ending.errors).toContain('LOGNITOR_NO_API_KEY')
  expect(watched.inbox.logs()).toEqual([])
})
