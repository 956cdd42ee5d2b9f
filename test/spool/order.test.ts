import { mkdirSync, readdirSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
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
} from './support.js'

let rig: SpoolRig

beforeEach(async () => {
  forgetWarnings()
  vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  rig = await openSpoolRig()
})
afterEach(async () => {
  vi.restoreAllMocks()
  await rig.close()
})
afterAll(removeProgram)

type Named = { readonly message: string }

test('entries taken over later are sent although nobody logs', async () => {
  const clock = manualClock()
  const pipeline = rig.open({}, clock)
  await pipeline.takeOver()
  rig.vendor.answer({ status: 503 })
  await rig.writeAndDie({ LOGS: '30', NAME: 'late' })
  rig.vendor.answer({})
  await until(() => {
    clock.advance(60_000)
    return pipeline.stats().accepted === 30
  }, 'everything was accepted')
})

test('a spool that could not be opened at the start takes over once it can, although nobody logs', async () => {
  rig.vendor.answer({ status: 503 })
  await rig.writeAndDie({ LOGS: '30' })
  rig.vendor.answer({})
  const elsewhere = `${rig.directory}-elsewhere`
  renameSync(rig.directory, elsewhere)
  writeFileSync(rig.directory, '')
  const clock = manualClock()
  const pipeline = rig.open({}, clock)
  await settle()
  rmSync(rig.directory)
  renameSync(elsewhere, rig.directory)
  await until(() => {
    clock.advance(60_000)
    return pipeline.stats().accepted === 30
  }, 'everything was accepted')
})

test('a stored batch that always fails moves behind all others', async () => {
  rig.vendor.answer({ status: 503 })
  await rig.writeAndDie({ LOGS: '150', NAME: 'first' })
  const second = rig.open({ maxQueueSize: 20, maxRetries: 1, flushInterval: 50 })
  await second.takeOver()
  logTo(second, ...numbered(300, 'second'))
  await until(() => second.stats().spooled >= 400, 'most of it is on disk only')
  rig.vendor.answer(({ json }) => {
    return { status: json.logs.some(({ message }: Named) => message === 'first 1') ? 500 : 200 }
  })
  const refused = () => rig.vendor.batches.filter(({ json }) => json.logs[0].message === 'first 1')
  await until(
    () => second.stats().accepted === 450 - refused()[0]?.json.logs.length,
    'all other batches were accepted',
  )
  expect(new Set(refused().map(({ text }) => text)).size).toBe(1)
})

test('a file that cannot be read now is not lost, and delays no other', async () => {
  const clock = manualClock()
  rig.vendor.answer({ status: 503 })
  await rig.writeAndDie({ LOGS: '30', NAME: 'first' })
  const file = listFiles(rig.directory).find((name) => name.endsWith('.log')) as string
  const { size } = statSync(file)
  // Not by chmod, because root may read everything. A file over 2 GiB cannot be read by anybody.
  truncateSync(file, 3 * 2 ** 30)
  const pipeline = rig.open({}, clock)
  await pipeline.takeOver()
  expect(pipeline.stats().dropped).toEqual({})
  truncateSync(listFiles(rig.directory).find((name) => name.endsWith('.log')) as string, size)
  rig.vendor.answer({})
  await until(() => {
    clock.advance(30_000)
    return pipeline.stats().accepted === 30
  }, 'it is read and taken')
  expect(pipeline.stats().dropped).toEqual({})
})

test('a batch whose file cannot be read at its turn is sent later', async () => {
  const clock = manualClock()
  rig.vendor.answer({ status: 503 })
  const pipeline = rig.open({ maxQueueSize: 20 }, clock)
  for (let n = 0; n < 10; n++) {
    logTo(pipeline, ...numbered(20, `part ${n}`))
    clock.advance(100)
    await settle(5)
  }
  await until(() => pipeline.stats().spooled >= 180, 'most of it is on disk only')
  const files = listFiles(rig.directory).filter((name) => name.endsWith('.log'))
  for (const file of files) {
    renameSync(file, `${file}.away`)
    mkdirSync(file)
  }
  rig.vendor.answer({})
  for (let n = 0; n < 20; n++) {
    clock.advance(5_000)
    await settle(5)
  }
  expect(pipeline.stats()).toMatchObject({ dropped: {} })
  for (const file of files) {
    rmSync(file, { recursive: true })
    renameSync(`${file}.away`, file)
  }
  await until(() => {
    clock.advance(30_000)
    return pipeline.stats().accepted === 200
  }, 'everything was accepted')
  await until(() => spooledBytes(rig.directory) === 0, 'nothing is left on disk')
  expect(readdirSync(rig.directory)).toHaveLength(1)
})

test('a flush does not wait for entries that turn out to be lost', async () => {
  const clock = manualClock()
  const pipeline = rig.open({ maxQueueSize: 20 }, clock)
  pipeline.pause()
  for (let n = 0; n < 5; n++) {
    logTo(pipeline, ...numbered(20, `part ${n}`))
    clock.advance(100)
    await settle(5)
  }
  await until(() => pipeline.stats().spooled >= 80, 'most of it is on disk only')
  for (const file of listFiles(rig.directory).filter((name) => name.endsWith('.log')))
    writeFileSync(file, Buffer.alloc(statSync(file).size, 'x'))
  pipeline.resume()
  // The clock stands still: the flush ends only when everything it waits for has ended.
  expect(await pipeline.flush(3_600_000)).toBe(false)
  const { accepted, dropped } = pipeline.stats()
  expect(accepted + (dropped.spool_corrupt ?? 0)).toBe(100)
})
