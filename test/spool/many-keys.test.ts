import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest'
import { forgetWarnings } from '../../src/config/errors.js'
import { buildProgram } from '../support/program.js'
import { pseudoRandom } from '../support/pseudo-random.js'
import { settle, until } from '../support/until.js'
import type { Seen } from '../support/vendor.js'
import { KEY, logTo, numbered, openSpoolRig, removeProgram, type SpoolRig, spooledText } from './support.js'

type Named = { readonly message: string }

const KEYS = [KEY, 'second', 'third']
const TURNS = 60
const ANSWERS = [503, 401, 503, 200]

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

test.each([1, 2, 3])(
  'keys that change again and again: each log reaches one project, under one id (%i)',
  async (seed) => {
    const taken = new Map<string, string[]>()
    const random = pseudoRandom(seed)
    let isHealthy = false
    rig.vendor.answer(({ headers, json }) => {
      const status = isHealthy ? 200 : (ANSWERS[Math.floor(random() * 4)] as number)
      const under = `${headers['x-api-key']} ${json.batch_id}`
      if (status === 200) {
        for (const { message } of json.logs) taken.set(message, [...(taken.get(message) ?? []), under])
      }
      return { status }
    })
    const pipeline = rig.open({ maxQueueSize: 60, flushInterval: 40, maxRetries: 1 })
    for (let turn = 0; turn < TURNS; turn++) {
      logTo(pipeline, ...numbered(20, `turn ${turn}`))
      await settle(random() * 80)
      // What our own backoff holds goes now: the key is to change while much is under way.
      void pipeline.flush(0)
      if (random() < 0.3) {
        pipeline.reconfigure({ ...pipeline.settings, apiKey: KEYS[Math.floor(random() * 3)] as string })
      }
    }
    isHealthy = true
    await pipeline.shutdown(0)
    for (const apiKey of KEYS) {
      const next = rig.open({ apiKey })
      await next.takeOver()
      await until(
        () => next.stats().spooled + next.stats().inFlight === 0,
        'it has delivered what it took over',
      )
    }
    expect([...taken].filter(([, under]) => new Set(under).size > 1)).toEqual([])
    const { dropped } = pipeline.stats()
    expect(taken.size + (dropped.bad_batch ?? 0)).toBe(TURNS * 20)
    expect({ ...dropped, bad_batch: 0 }).toEqual({ bad_batch: 0 })
  },
)

test('several processes, one of which is killed: each log reaches one project, under one id', async () => {
  const program = await buildProgram('test/spool/apps/keys.ts')
  const taken = new Map<string, string[]>()
  const random = pseudoRandom(7)
  let isHealthy = false
  rig.vendor.answer(({ headers, json }) => {
    const status = isHealthy ? 200 : (ANSWERS[Math.floor(random() * 4)] as number)
    const under = `${headers['x-api-key']} ${json.batch_id}`
    if (status === 200) {
      for (const { message } of json.logs) taken.set(message, [...(taken.get(message) ?? []), under])
    }
    return { status }
  })
  const env = {
    LOGNITOR_API_URL: rig.vendor.apiUrl,
    LOGNITOR_SPOOL_DIR: rig.directory,
    KEYS: KEYS.join(),
    TURNS: String(TURNS),
  }
  const runs = ['11', '22', '33'].map((SEED, n) =>
    program.start([], { ...env, SEED, ...(n === 0 && { STAYS: '1' }) }),
  )
  await until(() => runs.every((run) => run.stdout().includes('\n')), 'all have logged', 50_000)
  runs[0]?.child.kill('SIGKILL')
  await Promise.all(runs.map(({ ended }) => ended))
  program.remove()
  isHealthy = true
  for (const apiKey of KEYS) {
    const next = rig.open({ apiKey })
    await next.takeOver()
    const rest = () => next.stats().spooled + next.stats().inFlight
    await until(() => rest() === 0, 'it has delivered what it took over')
  }
  // Without the reports of what was dropped.
  const arrived = [...taken].filter(([message]) => /^\d+ \d+ \d+$/.test(message))
  expect(arrived.filter(([, under]) => new Set(under).size > 1)).toEqual([])
  const dropped = runs.flatMap((run) => Object.values(JSON.parse(run.stdout()) as Record<string, number>))
  expect(arrived.length + dropped.reduce((sum, count) => sum + count, 0)).toBe(3 * TURNS * 20)
})

test('a batch that goes on under its former key is not left in the folder of another one', async () => {
  rig.vendor.answer({ status: 503 })
  const pipeline = rig.open({ flushInterval: 20 })
  const useKey = (apiKey: string) => pipeline.reconfigure({ ...pipeline.settings, apiKey })
  logTo(pipeline, 'mine')
  await until(() => rig.vendor.batches.length > 0, 'the service may have accepted the batch')
  useKey('second')
  await until(() => spooledText(rig.directory).includes('mine'), 'the batch is on disk for the former key')
  useKey(KEY)
  // Now the batch is an ordinary one again, and is written like any other that waits.
  await settle(500)
  rig.vendor.answer({})
  expect(await pipeline.flush(10_000)).toBe(true)
  useKey('third')
  await pipeline.shutdown(0)
  for (const apiKey of KEYS) {
    const next = rig.open({ apiKey })
    await next.takeOver()
    expect(next.stats().takenOver).toBe(0)
  }
  expect(rig.vendor.batches.every(({ headers }) => headers['x-api-key'] === KEY)).toBe(true)
})

test('a stored batch that a project may have accepted stays with it, although later attempts certainly failed', async () => {
  const pipeline = rig.open({ maxQueueSize: 50 })
  pipeline.pause()
  logTo(pipeline, ...numbered(300, 'mine'))
  await until(() => pipeline.stats().spooled >= 250, 'most of it is on disk only')
  const isStored = ({ json }: Seen) => !json.logs.some(({ message }: Named) => message === 'mine 300')
  const stored = () => rig.vendor.batches.filter(isStored)
  rig.vendor.answer((seen) => {
    if (!isStored(seen)) return {}
    return { status: stored().length === 1 ? 503 : 401 }
  })
  pipeline.resume()
  await until(() => stored().length > 0, 'a stored batch may have been accepted')
  const id = stored()[0]?.json.batch_id
  await until(() => {
    void pipeline.flush(0)
    return stored().filter(({ json }) => json.batch_id === id).length > 1
  }, 'its next attempt has failed')
  rig.vendor.answer({})
  pipeline.reconfigure({ ...pipeline.settings, apiKey: 'second' })
  const isLeft = () => pipeline.stats().spooled === stored()[0]?.json.logs.length
  await until(() => isLeft() && pipeline.stats().queued === 0, 'all others are delivered')
  const keys = rig.vendor.batches
    .filter(({ json }) => json.batch_id === id)
    .map(({ headers }) => headers['x-api-key'])
  expect(new Set(keys)).toEqual(new Set([KEY]))
})
