import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest'
import { forgetWarnings } from '../../src/config/errors.js'
import { buildProgram } from '../support/program.js'
import { closedLatch, settle, until } from '../support/until.js'
import type { Seen } from '../support/vendor.js'
import { KEY, logTo, numbered, openSpoolRig, removeProgram, type SpoolRig, spooledText } from './support.js'

type Named = { readonly message: string }

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

const hasNewKey = ({ headers }: Seen) => headers['x-api-key'] === 'new'
const withNewKey = () =>
  rig.vendor.batches.filter(hasNewKey).flatMap(({ json }) => json.logs.map(({ message }: Named) => message))

test('entries taken over are not sent with another key, and no longer count as taken over', async () => {
  rig.vendor.answer({ status: 401 })
  await rig.writeAndDie({ LOGS: '30', NAME: 'old project' })
  const pipeline = rig.open()
  await until(() => pipeline.stats().holding === 'unauthorized', 'one of its batches was refused')
  expect(pipeline.stats().takenOver).toBe(30)
  rig.vendor.answer((seen) => ({ status: hasNewKey(seen) ? 200 : 401 }))
  pipeline.reconfigure({ ...pipeline.settings, apiKey: 'new' })
  await until(() => pipeline.stats().takenOver === 0, 'every batch was returned')
  logTo(pipeline, 'mine')
  expect(await pipeline.flush(10_000)).toBe(true)
  expect(withNewKey()).toEqual(['mine'])
  rig.vendor.answer({})
  const next = rig.open()
  await until(() => next.stats().accepted === 30, 'the old project received its own')
})

test.each(['taken', 'not answered'])(
  'a batch that is being sent when the key changes stays with its project (%s)',
  async (end) => {
    rig.vendor.answer({ status: 503 })
    await rig.writeAndDie({ LOGS: '250', NAME: 'old project' })
    const answer = closedLatch()
    const reply = end === 'taken' ? {} : { status: 503 }
    rig.vendor.answer((seen) => (hasNewKey(seen) ? {} : { ...reply, after: answer.promise }))
    const before = rig.vendor.batches.length
    const pipeline = rig.open()
    await until(() => rig.vendor.batches.length > before, 'a batch is being sent')
    const count: number = rig.vendor.batches.at(-1)?.json.logs.length
    pipeline.reconfigure({ ...pipeline.settings, apiKey: 'new' })
    await until(() => pipeline.stats().takenOver === count, 'the other batches were returned')
    answer.open()
    const left = end === 'taken' ? count : 0
    await until(
      () => pipeline.stats().accepted + pipeline.stats().takenOver === 2 * left,
      'its end is counted',
    )
    await until(() => pipeline.stats().inFlight === 0, 'the batch has ended')
    await pipeline.shutdown(0)
    rig.vendor.answer({})
    const next = rig.open()
    await until(() => next.stats().accepted + left === 250, 'the old project received the rest')
    expect(withNewKey()).toEqual([])
    expect(rig.vendor.messages().sort()).toEqual(numbered(250, 'old project').sort())
  },
)

test('entries taken over while the key changes arrive in their own project', async () => {
  rig.vendor.answer({ status: 503 })
  for (let n = 1; n <= 6; n++) await rig.writeAndDie({ LOGS: '40', NAME: `old project ${n}` })
  rig.vendor.answer((seen) => ({ status: hasNewKey(seen) ? 200 : 503 }))
  for (let turns = 0; turns < 12; turns++) {
    const pipeline = rig.open()
    await settle(turns * 2)
    pipeline.reconfigure({ ...pipeline.settings, apiKey: 'new' })
    logTo(pipeline, 'mine')
    await pipeline.flush(10_000)
    await pipeline.shutdown(0)
  }
  expect(new Set(withNewKey())).toEqual(new Set(['mine']))
  rig.vendor.answer({})
  const next = rig.open()
  await until(() => next.stats().accepted === 240, 'the old project received its own')
})

test('an own batch that may have been accepted stays with the former key, and unsent entries move to the new one', async () => {
  const pipeline = rig.open({ maxQueueSize: 50 })
  pipeline.pause()
  logTo(pipeline, ...numbered(300, 'mine'))
  await until(() => pipeline.stats().spooled >= 250, 'most of it is on disk only')
  const answer = closedLatch()
  const isStored = ({ json }: Seen) => !json.logs.some(({ message }: Named) => message === 'mine 300')
  rig.vendor.answer((seen) => {
    if (hasNewKey(seen) || !isStored(seen)) return {}
    return { status: 503, after: answer.promise }
  })
  pipeline.resume()
  const sent = () => rig.vendor.batches.find(isStored)
  await until(() => sent() !== undefined, 'a stored batch is being sent')
  const accepted = pipeline.stats().accepted
  pipeline.reconfigure({ ...pipeline.settings, apiKey: 'new' })
  answer.open()
  const { batch_id, logs } = (sent() as Seen).json as { batch_id: string; logs: Named[] }
  const rest = 300 - accepted - logs.length
  await until(() => pipeline.stats().accepted === 300 - logs.length, 'the other batches were accepted')
  await until(() => pipeline.stats().spooled === logs.length, 'the batch still counts')
  await pipeline.shutdown(0)
  rig.vendor.answer({})
  const next = rig.open()
  await until(() => next.stats().accepted === logs.length, 'the batch arrived with the former key')
  expect(withNewKey()).toHaveLength(rest)
  const again = rig.vendor.batches.filter(({ json }) => json.batch_id === batch_id)
  expect(again.map(({ headers }) => headers['x-api-key'])).toEqual([KEY, KEY])
  expect(rig.vendor.messages().sort()).toEqual(numbered(300, 'mine').sort())
})

test('a batch in memory that may have been accepted is on disk for the former key until its answer', async () => {
  const answer = closedLatch()
  const program = await buildProgram('test/spool/apps/rekeyed.ts')
  rig.vendor.answer((seen) => (hasNewKey(seen) ? {} : { silent: true, after: answer.promise }))
  const env = {
    LOGNITOR_API_KEY: KEY,
    LOGNITOR_API_URL: rig.vendor.apiUrl,
    LOGNITOR_SPOOL_DIR: rig.directory,
  }
  const run = program.start([], env)
  await until(() => run.stdout().includes('rekeyed'), 'the key has changed')
  await until(() => withNewKey().includes('late 5'), 'later logs arrive with the new key')
  await until(() => readdirSync(rig.directory).length === 2, 'both projects have a folder')
  const old = () => rig.vendor.batches.find((seen) => !hasNewKey(seen)) as Seen
  const place = () =>
    readdirSync(rig.directory).find((name) => spooledText(join(rig.directory, name)).includes('early 5'))
  await until(() => place() !== undefined, 'the log is on disk')
  run.child.kill('SIGKILL')
  await run.ended
  answer.open()
  program.remove()
  rig.vendor.answer({})
  const [next, another] = [rig.open({ apiKey: 'new' }), rig.open()]
  await until(() => another.stats().accepted === 5, 'the former project received its own')
  expect(next.stats().takenOver).toBe(0)
  expect(withNewKey()).toEqual(numbered(5, 'late'))
  const ids = rig.vendor.batches.filter((seen) => !hasNewKey(seen)).map(({ json }) => json.batch_id)
  expect(new Set(ids)).toEqual(new Set([old().json.batch_id]))
})

test('with another address and the same key all own batches are sent there, under their ids', async () => {
  const pipeline = rig.open({ maxQueueSize: 50 })
  pipeline.pause()
  logTo(pipeline, ...numbered(300, 'mine'))
  await until(() => pipeline.stats().spooled >= 250, 'most of it is on disk only')
  rig.vendor.answer({ status: 503 })
  pipeline.resume()
  await until(() => rig.vendor.batches.length > 0, 'a batch was attempted')
  const [first] = rig.vendor.batches as [Seen]
  const apiUrl = `${rig.vendor.url}/moved/api/v1`
  pipeline.reconfigure({ ...pipeline.settings, apiUrl })
  rig.vendor.answer({})
  await until(() => pipeline.stats().accepted === 300, 'everything was accepted')
  const ids = new Map(rig.vendor.batches.map(({ json }) => [json.batch_id, json.logs.length]))
  expect([...ids.values()].reduce((sum, count) => sum + count, 0)).toBe(300)
  expect(ids.has(first.json.batch_id)).toBe(true)
  expect(pipeline.stats().spooled).toBe(0)
})

test('entries left for the new key are taken over at once', async () => {
  rig.vendor.answer({ status: 503 })
  await rig.writeAndDie({ LOGS: '30', NAME: 'new project', LOGNITOR_API_KEY: 'new' })
  rig.vendor.answer({})
  const pipeline = rig.open()
  // The first search has begun.
  pipeline.reconfigure({ ...pipeline.settings, apiKey: 'new' })
  await until(() => pipeline.stats().accepted === 30, 'everything was accepted')
  expect(rig.vendor.messages().sort()).toEqual(numbered(30, 'new project').sort())
})

test('when the folder cannot be moved, later logs do not reach the former project', async () => {
  rig.vendor.answer({ status: 503 })
  const pipeline = rig.open()
  logTo(pipeline, ...numbered(5, 'early'))
  await until(() => spooledText(rig.directory).includes('early 5'), 'the logs are on disk')
  const [before] = readdirSync(rig.directory) as [string]
  const own = readdirSync(join(rig.directory, before)).find((name) => /^\d+-/.test(name)) as string
  // A journal that somebody has deleted cannot be moved.
  rmSync(join(rig.directory, before, own, 'from'), { recursive: true })
  pipeline.reconfigure({ ...pipeline.settings, apiKey: 'new' })
  await settle(50)
  logTo(pipeline, ...numbered(5, 'late'))
  await until(() => spooledText(rig.directory).includes('late 5'), 'the later ones are on disk')
  expect(spooledText(join(rig.directory, before))).not.toContain('late')
  rig.vendor.answer({})
  await until(() => pipeline.stats().accepted === 10, 'all logs were accepted')
  await pipeline.shutdown(0)
  const next = rig.open()
  await next.takeOver()
  expect(next.stats()).toMatchObject({ takenOver: 0, spooled: 0 })
})
