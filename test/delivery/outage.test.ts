import { afterAll, beforeAll, expect, test } from 'vitest'
import { measureOutage } from '../../bench/outage/measure.mjs'
import { buildProgram, type Program } from '../support/program.js'

let library: Program
beforeAll(async () => {
  library = await buildProgram('src/index.ts')
})
afterAll(() => library.remove())

test('an outage takes the memory of the queue and little more, however much is logged', async () => {
  const { queued, queueBytes, retainedBytes, peakBytes } = await measureOutage(library.file, 100_000)
  expect(queued).toBe(100_000)
  expect(retainedBytes).toBeLessThanOrEqual(1.5 * queueBytes)
  expect(peakBytes).toBeLessThanOrEqual(3 * queueBytes)
})
