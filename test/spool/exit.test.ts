import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { buildProgram, type Program } from '../support/program.js'
import { until } from '../support/until.js'
import type { Seen } from '../support/vendor.js'
import { KEY, numbered, openSpoolRig, removeProgram, type SpoolRig, spooledBytes } from './support.js'

let program: Program
let rig: SpoolRig

beforeAll(async () => {
  program = await buildProgram('test/spool/apps/exits.ts')
})
afterEach(() => rig.close())
afterAll(async () => {
  program.remove()
  await removeProgram()
})

const env = (more: Record<string, string>) => ({
  LOGNITOR_API_KEY: KEY,
  LOGNITOR_API_URL: rig.vendor.apiUrl,
  LOGNITOR_SPOOL_DIR: rig.directory,
  LOGNITOR_FLUSH_ON_EXIT: '500',
  ...more,
})
const messages = () => rig.vendor.messages().filter((message) => message.startsWith('log'))

describe.each([
  { END: 'exit', code: 3 },
  { END: 'throw', code: 1 },
  { END: 'signal', code: 'SIGTERM' },
  { END: 'nothing', code: 0 },
])('when the process ends by $END', ({ END, code }) => {
  test.each(['', '1'])(
    'undelivered logs go to the spool, and the next process delivers them (late: "%s")',
    async (LATE) => {
      rig = await openSpoolRig()
      rig.vendor.answer({ silent: true })
      const run = program.start([], env({ END, LATE }))
      expect(await run.ended).toBe(code)
      const tries = rig.vendor.batches.slice()
      rig.vendor.answer({})
      const pipeline = rig.open()
      await until(() => messages().length >= 50, 'all arrived')
      const rest = () => pipeline.stats().spooled + pipeline.stats().inFlight
      await until(() => rest() === 0, 'nothing is left')
      expect(messages()).toHaveLength(50)
      expect([...messages()].sort()).toEqual(numbered(50).sort())
      // A batch that had been sent before comes again under the same id.
      for (const { json, text } of tries) {
        const again = rig.vendor.batches
          .slice(tries.length)
          .filter((each) => each.json.batch_id === json.batch_id)
        expect(again.map((each) => each.text)).toEqual([text])
      }
    },
  )

  test('delivered logs are not left in the spool', async () => {
    rig = await openSpoolRig()
    const patient = env({ END, LATE: '1', LOGNITOR_FLUSH_ON_EXIT: '30000' })
    expect(await program.start([], patient).ended).toBe(code)
    expect(messages()).toHaveLength(50)
    expect(spooledBytes(rig.directory)).toBe(0)
    const pipeline = rig.open()
    await pipeline.flush(1000)
    expect(pipeline.stats().takenOver).toBe(0)
  })
})

test('halves that were delivered before a kill in the middle of the exit come again under their ids only', async () => {
  rig = await openSpoolRig()
  rig.vendor.answer({ silent: true })
  const isTooLarge = ({ json }: Seen) => json.logs.length > 30
  const halves = () => rig.vendor.batches.filter((seen) => !isTooLarge(seen))
  const run = program.start([], env({ END: 'exit', LATE: '', LOGNITOR_FLUSH_ON_EXIT: '20000' }))
  rig.vendor.answer((seen) => {
    if (isTooLarge(seen)) return { status: 413 }
    if (halves().length === 1) return {}
    run.child.kill('SIGKILL')
    return { silent: true }
  })
  expect(await run.ended).toBe('SIGKILL')
  rig.vendor.answer((seen) => (isTooLarge(seen) ? { status: 413 } : {}))
  const pipeline = rig.open()
  await until(() => pipeline.stats().accepted === 50, 'all logs were accepted')
  const ids = new Map<string, Set<string>>()
  for (const { json } of halves())
    for (const { message } of json.logs) ids.set(message, (ids.get(message) ?? new Set()).add(json.batch_id))
  expect(ids.size).toBe(50)
  expect([...ids].filter(([, each]) => each.size > 1)).toEqual([])
})
