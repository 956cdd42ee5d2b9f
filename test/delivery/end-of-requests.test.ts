import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { buildProgram, type Program } from '../support/program.js'
import { until } from '../support/until.js'
import { type Reply, startVendor, type Vendor } from '../support/vendor.js'

let program: Program
let vendor: Vendor

beforeAll(async () => {
  program = await buildProgram('test/delivery/apps/answered.ts')
})
afterAll(() => program.remove())
beforeEach(async () => {
  vendor = await startVendor()
})
afterEach(() => vendor.close())

/** Ends the program once the service has received this many requests, and returns the program's stats. */
async function endAt(requests: number, ...answers: Reply[]) {
  vendor.answer(...answers)
  const env = { LOGNITOR_API_KEY: 'key', LOGNITOR_API_URL: vendor.apiUrl, LOGNITOR_FLUSH_ON_EXIT: '20000' }
  const run = program.start([], env)
  await until(() => vendor.seen.length === requests, 'the entries are in flight')
  run.child.kill('SIGTERM')
  expect(await run.ended, run.stderr()).toBe(0)
  return JSON.parse(run.stdout())
}

test('request entries whose answer is still expected are not sent again at the end', async () => {
  const stats = await endAt(1, { silent: true })
  expect(vendor.seen).toHaveLength(1)
  expect(stats).toMatchObject({
    requestsWritten: 25,
    requestsAccepted: 0,
    unconfirmed: 25,
    inFlight: 0,
    dropped: {},
  })
})

test('request entries that a failing service has not accepted are sent again at the end', async () => {
  const stats = await endAt(2, { status: 503 }, { silent: true }, {})
  expect(vendor.seen).toHaveLength(3)
  expect(stats).toMatchObject({ requestsWritten: 25, requestsAccepted: 25, unconfirmed: 0, dropped: {} })
})
