import { afterAll, beforeAll, expect, test } from 'vitest'
import { killAgainAndAgain } from '../../scripts/kill/rounds.mjs'
import { buildProgram, type Program } from '../support/program.js'

let library: Program
beforeAll(async () => {
  library = await buildProgram('src/index.ts')
})
afterAll(() => library.remove())

test('a process killed at any moment loses no log that was old enough, and repeats only whole batches', async () => {
  const account = await killAgainAndAgain({ module: library.file, rounds: 10, seed: 1 })
  expect(account.due).toBeGreaterThan(0)
  expect(account).toMatchObject({ lost: [], twice: [], altered: 0 })
})
