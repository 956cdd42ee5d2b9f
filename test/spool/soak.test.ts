import { afterAll, beforeAll, expect, test } from 'vitest'
import { soak } from '../../scripts/soak/run.mjs'
import { buildProgram, type Program } from '../support/program.js'

let library: Program
beforeAll(async () => {
  library = await buildProgram('src/index.ts')
})
afterAll(() => library.remove())

test('whatever fails, every log is delivered or dropped with a reason', async () => {
  const accounts = await soak({ module: library.file, seconds: 12, lifeSeconds: 4, seed: 5 })
  expect(accounts).toHaveLength(2)
  for (const { written, delivered, dropped, takenOver, handedOn, left, unheard } of accounts) {
    const lost = Object.values(dropped).reduce((sum, count) => sum + count, 0)
    expect(written).toBeGreaterThan(1000)
    expect(delivered + lost).toBe(written)
    expect(takenOver).toBe(handedOn)
    expect(left).toBe(0)
    expect(unheard).toBeGreaterThanOrEqual(0)
    expect(unheard).toBeLessThanOrEqual(lost)
  }
})
