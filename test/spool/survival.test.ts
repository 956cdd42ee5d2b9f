import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import { manualClock } from '../support/manual-clock.js'
import { settle, until } from '../support/until.js'
import {
  logTo,
  numbered,
  openSpoolRig,
  removeProgram,
  type SpoolRig,
  spooledBytes,
  spooledText,
} from './support.js'

let rig: SpoolRig
afterEach(() => rig.close())
afterAll(removeProgram)

const sorted = (messages: string[]) => [...messages].sort()

test('logs of a killed process are delivered by the next one', async () => {
  rig = await openSpoolRig()
  rig.vendor.answer({ status: 503 })
  await rig.writeAndDie({ LOGS: '250', REQUESTS: '60' })
  rig.vendor.answer({})
  const pipeline = rig.open()
  await until(() => pipeline.stats().accepted === 250, 'all logs were accepted')
  await until(() => pipeline.stats().requestsAccepted === 60, 'all entries were accepted')
  expect(sorted(rig.vendor.messages())).toEqual(sorted(numbered(250)))
  expect(pipeline.stats()).toMatchObject({ takenOver: 310, spooled: 0, dropped: {} })
  await until(() => spooledBytes(rig.directory) === 0, 'nothing is left on disk')
})

test('a batch that was in flight is sent again unchanged, under its own id', async () => {
  rig = await openSpoolRig()
  rig.vendor.answer({ silent: true })
  await rig.writeAndDie({ LOGS: '250' })
  const before = rig.vendor.batches.slice()
  expect(before.length).toBeGreaterThan(0)
  rig.vendor.answer({})
  const pipeline = rig.open()
  await until(() => pipeline.stats().accepted === 250, 'all logs were accepted')
  const after = rig.vendor.batches.slice(before.length)
  for (const { json, text } of before) {
    const again = after.filter((batch) => batch.json.batch_id === json.batch_id)
    expect(again.map((batch) => batch.text)).toEqual([text])
  }
  const ids = after.map(({ json }) => json.batch_id)
  expect(new Set(ids).size).toBe(ids.length)
})

test('a log that has waited in memory for 200 ms is on disk', async () => {
  rig = await openSpoolRig()
  const pipeline = rig.open({ flushInterval: 60_000 })
  logTo(pipeline, 'a waiting log')
  await until(() => spooledText(rig.directory).includes('a waiting log'), 'the log is on disk')
  expect(rig.vendor.seen).toHaveLength(0)
})

test('a log that is delivered at once is never written', async () => {
  rig = await openSpoolRig()
  // No time passes before the answer, however long that takes.
  const clock = manualClock()
  const pipeline = rig.open({}, clock)
  for (let round = 1; round <= 20; round++) {
    logTo(pipeline, ...numbered(25))
    await until(() => pipeline.stats().accepted === 25 * round, 'the batch was accepted')
    clock.advance(1000)
    await settle(5)
    expect(spooledBytes(rig.directory)).toBe(0)
  }
})

test('nothing is left on disk once a trickle is delivered', async () => {
  rig = await openSpoolRig()
  const pipeline = rig.open({ flushInterval: 400 })
  logTo(pipeline, 'one', 'two')
  await until(() => spooledBytes(rig.directory) > 0, 'the logs are on disk')
  await until(() => pipeline.stats().accepted === 2, 'the logs were accepted')
  await until(() => spooledBytes(rig.directory) === 0, 'nothing is left on disk')
  logTo(pipeline, 'three')
  await until(() => pipeline.stats().accepted === 3, 'the next batch is sent in the same way')
  await until(() => spooledBytes(rig.directory) === 0, 'nothing is left on disk')
})

test('a shutdown that cannot deliver leaves every log to the next process', async () => {
  rig = await openSpoolRig()
  rig.vendor.answer({ status: 503 })
  const first = rig.open()
  logTo(first, ...numbered(130))
  expect(await first.shutdown(50)).toBe(false)
  expect(first.stats()).toMatchObject({ spooled: 130, dropped: {} })
  rig.vendor.answer({})
  const second = rig.open()
  await until(() => second.stats().accepted === 130, 'all logs were accepted')
  expect(sorted(rig.vendor.messages())).toEqual(sorted(numbered(130)))
})

test('a shutdown that delivers leaves no folder behind', async () => {
  rig = await openSpoolRig()
  const pipeline = rig.open({ flushInterval: 60_000 })
  logTo(pipeline, 'one')
  await until(() => spooledBytes(rig.directory) > 0, 'the log is on disk')
  expect(await pipeline.shutdown(10_000)).toBe(true)
  expect(rig.files().filter((file) => !file.endsWith('destination.json'))).toEqual([])
})

test('the folder of a living process is not touched', async () => {
  rig = await openSpoolRig()
  rig.vendor.answer({ status: 503 })
  const run = await rig.writeAndLive({ LOGS: '30' })
  const bytes = spooledBytes(rig.directory)
  expect(bytes).toBeGreaterThan(0)
  const pipeline = rig.open()
  logTo(pipeline, 'of the other')
  await until(() => spooledText(rig.directory).includes('of the other'), 'the other process has written')
  expect(pipeline.stats()).toMatchObject({ takenOver: 0 })
  run.child.kill('SIGKILL')
  await run.ended
})

test('logs for another key or address are not touched', async () => {
  rig = await openSpoolRig()
  rig.vendor.answer({ status: 503 })
  await rig.writeAndDie({ LOGS: '30' })
  await rig.writeAndDie({ LOGS: '30', LOGNITOR_API_URL: `${rig.vendor.url}/other` })
  rig.vendor.answer({})
  const pipeline = rig.open({ apiKey: 'another' })
  logTo(pipeline, 'mine')
  expect(await pipeline.flush(10_000)).toBe(true)
  expect(rig.vendor.messages()).toEqual(['mine'])
  expect(pipeline.stats().takenOver).toBe(0)
})

test('when several processes start at once, each entry goes to one', async () => {
  rig = await openSpoolRig()
  rig.vendor.answer({ status: 503 })
  for (let n = 1; n <= 4; n++) await rig.writeAndDie({ LOGS: '40', NAME: `from ${n}` })
  rig.vendor.answer({})
  const pipelines = [1, 2, 3].map(() => rig.open())
  const sum = (of: 'accepted' | 'takenOver') => pipelines.reduce((all, each) => all + each.stats()[of], 0)
  await until(() => sum('accepted') === 160, 'all logs were accepted')
  expect(sum('takenOver')).toBe(160)
  expect(new Set(rig.vendor.messages()).size).toBe(160)
  expect(rig.vendor.messages()).toHaveLength(160)
})

test('entries that were taken over survive the process that took them, too', async () => {
  rig = await openSpoolRig()
  rig.vendor.answer({ status: 503 })
  for (let n = 1; n <= 4; n++) await rig.writeAndDie({ LOGS: '40', NAME: `generation ${n}` })
  rig.vendor.answer({})
  const pipeline = rig.open()
  await until(() => pipeline.stats().accepted === 160, 'all four generations were accepted')
  expect(new Set(rig.vendor.messages()).size).toBe(160)
  await until(() => spooledBytes(rig.directory) === 0, 'nothing is left on disk')
})

test('files are readable by their owner only, and contain no key', async () => {
  rig = await openSpoolRig()
  rig.vendor.answer({ status: 503 })
  await rig.writeAndDie()
  const files = rig.files()
  expect(files.length).toBeGreaterThan(3)
  for (const file of files) {
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(statSync(dirname(file)).mode & 0o777).toBe(0o700)
    expect(file).not.toContain('lgn_')
  }
  expect(spooledText(rig.directory)).not.toContain('lgn_')
})
