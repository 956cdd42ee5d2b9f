import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest'
import { forgetWarnings } from '../../src/config/errors.js'
import { settle, until } from '../support/until.js'
import { KEY, logTo, numbered, openSpoolRig, removeProgram, type SpoolRig } from './support.js'

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

/** Numbers from 0 to 1, the same for the same seed. */
function pseudoRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return state / 2 ** 31
  }
}
