import { readFileSync } from 'node:fs'
import { join } from 'node:path'
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

const tls = join(import.meta.dirname, '../fixtures/tls')

test('nor are they over TLS, where the process ends in the turn of the event loop in which they were written', async () => {
  const secure = await startVendor({
    key: readFileSync(join(tls, 'key.pem')),
    cert: readFileSync(join(tls, 'cert.pem')),
  })
  secure.answer({}, { silent: true })
  const run = program.start(['at once'], {
    LOGNITOR_API_KEY: 'key',
    LOGNITOR_API_URL: secure.apiUrl,
    LOGNITOR_FLUSH_ON_EXIT: '20000',
    NODE_EXTRA_CA_CERTS: join(tls, 'cert.pem'),
  })
  expect(await run.ended, run.stderr()).toBe(0)
  await secure.close()
  expect(secure.seen).toHaveLength(2)
  expect(JSON.parse(run.stdout())).toMatchObject({ requestsAccepted: 25, unconfirmed: 100, dropped: {} })
})

test('request entries that a failing service has not accepted are sent again at the end', async () => {
  const stats = await endAt(2, { status: 503 }, { silent: true }, {})
  expect(vendor.seen).toHaveLength(3)
  expect(stats).toMatchObject({ requestsWritten: 25, requestsAccepted: 25, unconfirmed: 0, dropped: {} })
})
