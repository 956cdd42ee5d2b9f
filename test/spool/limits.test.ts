import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest'
import { forgetWarnings } from '../../src/config/errors.js'
import { manualClock } from '../support/manual-clock.js'
import { settle, until } from '../support/until.js'
import {
  listFiles,
  logTo,
  numbered,
  openSpoolRig,
  removeProgram,
  type SpoolRig,
  spooledBytes,
  spooledText,
} from './support.js'

let rig: SpoolRig
let warnings: string[]

beforeEach(() => {
  forgetWarnings()
  warnings = []
  vi.spyOn(process, 'emitWarning').mockImplementation(((warning: Error & { code: string }) => {
    if (warning.name === 'LognitorWarning') warnings.push(warning.code)
  }) as typeof process.emitWarning)
})
afterEach(async () => {
  vi.restoreAllMocks()
  await rig.close()
})
afterAll(removeProgram)

const sum = (dropped: Partial<Record<string, number>>) =>
  Object.values(dropped).reduce<number>((a, b = 0) => a + b, 0)

test('logs that memory has no room for are kept on disk and delivered later', async () => {
  rig = await openSpoolRig()
  rig.vendor.answer({ status: 503 })
  const pipeline = rig.open({ maxQueueSize: 100 })
  for (let n = 0; n < 20; n++) {
    logTo(pipeline, ...numbered(100, `burst ${n}:`))
    await settle(3)
  }
  await until(() => pipeline.stats().spooled >= 1700, 'most of it is on disk only')
  expect(pipeline.stats().queued).toBeLessThanOrEqual(200)
  expect(pipeline.stats().dropped).toEqual({})
  rig.vendor.answer({})
  await until(() => pipeline.stats().accepted === 2000, 'all logs were accepted')
  expect(new Set(rig.vendor.messages()).size).toBe(2000)
  expect(rig.vendor.messages()).toHaveLength(2000)
  await until(() => spooledBytes(rig.directory) === 0, 'nothing is left on disk')
})

test('a flush also waits for logs that are on disk only', async () => {
  rig = await openSpoolRig()
  rig.vendor.answer({ status: 503 })
  const pipeline = rig.open({ maxQueueSize: 50 })
  logTo(pipeline, ...numbered(500))
  await until(() => pipeline.stats().spooled >= 400, 'most of it is on disk only')
  rig.vendor.answer({})
  expect(await pipeline.flush(20_000)).toBe(true)
  expect(pipeline.stats()).toMatchObject({ accepted: 500, spooled: 0 })
})

test('new logs are not delayed by stored batches', async () => {
  rig = await openSpoolRig()
  rig.vendor.answer({ status: 503 })
  await rig.writeAndDie({ LOGS: '3000', NAME: 'old', LOGNITOR_MAX_QUEUE_SIZE: '5000' })
  rig.vendor.answer({})
  const pipeline = rig.open({ batchSize: 10 })
  await until(() => rig.vendor.messages().length >= 200, 'the replay goes on')
  logTo(pipeline, ...numbered(10, 'live'))
  await until(() => rig.vendor.messages().includes('live 1'), 'the new logs arrived')
  await until(() => pipeline.stats().accepted === 3010, 'all logs were accepted')
  const place = rig.vendor.messages().indexOf('live 1')
  expect(place).toBeLessThan(2500)
  // One stored batch at a time, so that most connections stay free.
  expect(rig.vendor.mostOpen).toBeLessThanOrEqual(4)
})

test('a stored batch that is too large is halved, and its halves have their own ids', async () => {
  rig = await openSpoolRig()
  rig.vendor.answer({ status: 503 })
  await rig.writeAndDie({ LOGS: '100' })
  rig.vendor.answer(({ json }) => ({ status: json.logs.length > 30 ? 413 : 200 }))
  const pipeline = rig.open()
  await until(() => pipeline.stats().accepted === 100, 'all logs were accepted')
  expect(rig.vendor.messages()).toHaveLength(100)
  expect(new Set(rig.vendor.messages()).size).toBe(100)
})

test('a batch refused for good is dropped, counted, and deleted from disk', async () => {
  rig = await openSpoolRig()
  rig.vendor.answer({ status: 503 })
  await rig.writeAndDie({ LOGS: '100' })
  rig.vendor.answer({ status: 400 })
  const pipeline = rig.open()
  await until(() => pipeline.stats().dropped.bad_batch === 100, 'the logs were dropped')
  await until(() => spooledBytes(rig.directory) === 0, 'nothing is left on disk')
})

test('a full spool drops and counts its oldest entries, and stats() balances', async () => {
  rig = await openSpoolRig()
  rig.vendor.answer({ status: 503 })
  const maxBytes = 1024 * 1024
  const pipeline = rig.open({ maxQueueSize: 50, spool: { directory: rig.directory, maxBytes } })
  const wide = 'x'.repeat(1000)
  for (let n = 0; n < 60; n++) {
    logTo(pipeline, ...numbered(50, `${n} ${wide}`))
    await until(() => pipeline.stats().queued < 200, 'the disk keeps up')
  }
  await until(() => (pipeline.stats().dropped.spool_full ?? 0) > 1000, 'the oldest were dropped')
  expect(spooledBytes(rig.directory)).toBeLessThanOrEqual(maxBytes)
  rig.vendor.answer({})
  const rest = () => pipeline.stats().queued + pipeline.stats().inFlight + pipeline.stats().spooled
  await until(() => rest() === 0, 'the rest is delivered')
  expect(await pipeline.flush(20_000)).toBe(true)
  const { written, accepted, dropped } = pipeline.stats()
  expect(accepted + sum(dropped)).toBe(written)
  expect(new Set(rig.vendor.messages()).size).toBe(rig.vendor.messages().length)
  const reports = rig.vendor.batches
    .flatMap(({ json }) => json.logs)
    .filter((log) => log.metadata['lognitor.lost'])
  expect(reports.length).toBeGreaterThan(0)
})

test('a directory that cannot be written causes one warning, and logs stay in memory', async () => {
  rig = await openSpoolRig()
  const file = join(rig.directory, 'a file')
  writeFileSync(file, '')
  const pipeline = rig.open({ spool: { directory: join(file, 'spool') }, flushInterval: 50 })
  rig.vendor.answer({ status: 503 })
  logTo(pipeline, ...numbered(300))
  await until(() => pipeline.stats().holding === 'backoff', 'the outage was noticed')
  await settle(300)
  expect(warnings).toEqual(['LOGNITOR_SPOOL_UNAVAILABLE'])
  expect(pipeline.stats()).toMatchObject({ spooled: 0, dropped: {} })
  rig.vendor.answer({})
  await until(() => pipeline.stats().accepted === 300, 'all logs were accepted')
})

test.runIf(process.platform === 'linux')(
  'a directory where nothing can be made, though all above is there, does not hold the application up',
  async () => {
    rig = await openSpoolRig()
    const pipeline = rig.open({ spool: { directory: '/proc/spool' }, flushInterval: 50 })
    logTo(pipeline, 'one')
    await until(() => pipeline.stats().accepted === 1, 'the batch was accepted')
    expect(warnings).toEqual(['LOGNITOR_SPOOL_UNAVAILABLE'])
  },
)

test('a disk that fails for a while causes a warning, and is used again when it works', async () => {
  rig = await openSpoolRig()
  const clock = manualClock()
  rig.vendor.answer({ status: 503 })
  const pipeline = rig.open({}, clock)
  logTo(pipeline, 'before')
  clock.advance(200)
  await until(() => spooledText(rig.directory).includes('before'), 'the log is on disk')
  const [folder] = folders(rig)
  // This makes the disk unusable for root, too.
  rmSync(folder as string, { recursive: true })
  writeFileSync(folder as string, '')
  await new Promise((resolve) => setTimeout(resolve, 20))
  for (let n = 0; n < 12; n++) {
    logTo(pipeline, ...numbered(2, 'x'.repeat(200_000)))
    clock.advance(100)
    await settle(5)
  }
  await until(() => warnings.length > 0, 'the failure was noticed')
  rmSync(folder as string)
  mkdirSync(folder as string, { mode: 0o700 })
  for (let n = 0; n < 10; n++) {
    clock.advance(10_000)
    await settle(20)
  }
  await until(() => spooledBytes(rig.directory) > 2_000_000, 'all of it is on disk again')
  expect(warnings).toEqual(['LOGNITOR_SPOOL_UNAVAILABLE'])
  rig.vendor.answer({})
  expect(await pipeline.flush(3_600_000)).toBe(true)
  expect(pipeline.stats()).toMatchObject({ dropped: {}, queued: 0 })
})

test('a damaged file loses only its damaged lines, which are kept with a reason', async () => {
  rig = await openSpoolRig()
  rig.vendor.answer({ status: 503 })
  await rig.writeAndDie({ LOGS: '100' })
  const file = listFiles(rig.directory).find((name) => name.endsWith('.log')) as string
  const text = readFileSync(file, 'latin1')
  writeFileSync(file, text.replace('"log 7"', '"lag 7"').replace('"log 50"', '"log\n50"'), 'latin1')
  rig.vendor.answer({})
  const pipeline = rig.open()
  await until(() => pipeline.stats().accepted === 98, 'the other batches were accepted')
  const missing = numbered(100).filter((message) => !rig.vendor.messages().includes(message))
  expect(missing).toEqual(['log 7', 'log 50'])
  expect(pipeline.stats().dropped.spool_corrupt).toBeGreaterThanOrEqual(2)
  const { takenOver, accepted, dropped } = pipeline.stats()
  expect(accepted + sum(dropped)).toBe(takenOver)
  const aside = listFiles(rig.directory).filter((name) => name.includes('damaged'))
  expect(aside).toHaveLength(1)
  expect(readFileSync(aside[0] as string, 'utf8')).toMatch(/^# .*torn or altered\n(.|\n)*"lag 7"/)
  expect(statSync(aside[0] as string).mode & 0o777).toBe(0o600)
})

test('damaged lines are counted once, by the first process that reads them', async () => {
  rig = await openSpoolRig()
  rig.vendor.answer({ status: 503 })
  await rig.writeAndDie({ LOGS: '20' })
  const file = listFiles(rig.directory).find((name) => name.endsWith('.log')) as string
  const text = readFileSync(file, 'latin1')
  // One altered line, one that has lost its line break, and one that was cut by a kill.
  const altered = text.replace('"log 7"', '"lag 7"').replace(/("log 12"[^\n]*)\n/, '$1x')
  writeFileSync(file, `${altered}L 0123`, 'latin1')
  const first = rig.open()
  await until(() => (first.stats().dropped.spool_corrupt ?? 0) === 3, 'the damaged lines were counted')
  await first.shutdown(0)
  rig.vendor.answer({})
  const second = rig.open()
  await until(() => second.stats().accepted === 18, 'the intact lines were accepted')
  expect(second.stats().dropped).toEqual({})
  const missing = numbered(20).filter((message) => !rig.vendor.messages().includes(message))
  expect(missing).toEqual(['log 7', 'log 12'])
})

test('files of random bytes do no harm', async () => {
  rig = await openSpoolRig()
  rig.vendor.answer({ status: 503 })
  await rig.writeAndDie({ LOGS: '30' })
  const [folder] = folders(rig)
  writeFileSync(join(folder as string, '00000000.log'), Buffer.alloc(100_000, 7))
  writeFileSync(join(folder as string, '99999999.log'), '')
  writeFileSync(join(folder as string, 'readme.txt'), 'hello')
  mkdirSync(join(folder as string, '00000007.log'))
  rig.vendor.answer({})
  const pipeline = rig.open()
  await until(() => pipeline.stats().accepted === 30, 'the rest was accepted')
})

test('a folder without an owner file is not taken over while it is new', async () => {
  rig = await openSpoolRig()
  rig.vendor.answer({ status: 503 })
  await rig.writeAndDie({ LOGS: '30' })
  const [folder] = folders(rig)
  rmSync(join(folder as string, 'owner.json'))
  rig.vendor.answer({})
  const pipeline = rig.open()
  logTo(pipeline, 'mine')
  expect(await pipeline.flush(10_000)).toBe(true)
  await settle(100)
  expect(pipeline.stats().takenOver).toBe(0)
})

test('with another key own logs move to it, and those of others stay', async () => {
  rig = await openSpoolRig()
  rig.vendor.answer({ status: 401 })
  await rig.writeAndDie({ LOGS: '30', NAME: 'old project' })
  const pipeline = rig.open()
  logTo(pipeline, ...numbered(25, 'mine'))
  await until(() => pipeline.stats().takenOver === 30, 'the other journals were taken over')
  await until(() => spooledText(rig.directory).includes('mine 25'), 'the own logs are on disk')
  const places = () => readdirSync(rig.directory)
  expect(places()).toHaveLength(1)
  rig.vendor.answer(({ headers }) => ({ status: headers['x-api-key'] === 'new' ? 200 : 401 }))
  pipeline.reconfigure({ ...pipeline.settings, apiKey: 'new' })
  await until(() => pipeline.stats().accepted === 25, 'the own logs arrived')
  await until(() => pipeline.stats().takenOver === 0, 'the other batches were returned')
  expect(rig.vendor.messages().every((message) => message.startsWith('mine'))).toBe(true)
  await until(() => places().length === 2, 'the new project has its own folder')
  rig.vendor.answer({})
  const next = rig.open()
  await until(() => next.stats().accepted === 30, 'the old project received its own')
})

function folders({ directory }: SpoolRig): string[] {
  return readdirSync(directory).flatMap((place) =>
    readdirSync(join(directory, place))
      .filter((name) => /^\d+-/.test(name))
      .map((name) => join(directory, place, name)),
  )
}

test('a relative directory is resolved when the client is created', async () => {
  rig = await openSpoolRig()
  rig.vendor.answer({ status: 503 })
  const before = process.cwd()
  process.chdir(rig.directory)
  try {
    const pipeline = rig.open({ spool: { directory: 'here' } })
    process.chdir(before)
    logTo(pipeline, 'a log')
    await until(() => spooledText(join(rig.directory, 'here')).includes('a log'), 'the log is on disk')
  } finally {
    process.chdir(before)
  }
})
