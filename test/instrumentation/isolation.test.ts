import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Project } from '../support/project.js'
import { NODE_24 } from '../support/run.js'
import { createConsumer, startIn } from './consumer.js'

let consumer: Project

beforeAll(() => {
  consumer = createConsumer('otel-2')
})

afterAll(() => consumer.remove())

const REQUESTS = 200
const ROUNDS = 8

interface Result {
  requests: number
  entries: number
  logs: number
  points: Record<string, number>
  leaks: unknown[]
  leakCount: number
  delivered: boolean
  dropped: Record<string, number>
}

/** How often each request writes a log at each of these points. */
const POINTS = {
  'req-end': 1,
  'req-close': 1,
  'res-finish': 1,
  'res-close': 1,
  'after-the-answer': 1,
  'next-tick': 1,
  microtask: 1,
  immediate: 1,
  file: 1,
  timer: 1,
  'for-await': 1,
  pipeline: 1,
  'in-a-scope': 2,
  'after-jobs': 1,
  'end-callback': 1,
}

for (const [name, node] of [
  ['Node 20', process.execPath],
  ['Node 24', NODE_24],
] as const) {
  test(`${name}: of ${REQUESTS} interleaved requests none sees another's user, context or breadcrumbs`, async () => {
    const app = await startIn(consumer, 'isolation.cjs', { node, env: { ROUNDS: `${ROUNDS}` } })
    const result = app.first as unknown as Result
    expect(result.leaks).toEqual([])
    expect(result).toMatchObject({
      leakCount: 0,
      requests: REQUESTS * ROUNDS,
      entries: REQUESTS * ROUNDS,
      delivered: true,
      dropped: {},
    })
    for (const [point, times] of Object.entries(POINTS)) {
      expect([point, result.points[point]]).toEqual([point, times * REQUESTS * ROUNDS])
    }
    expect(result.points['req-data']).toBeGreaterThanOrEqual(REQUESTS * ROUNDS)
    expect(await app.ended).toBe(0)
  }, 120_000)
}
