import { rmSync } from 'node:fs'
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest'
import { forgetWarnings } from '../../src/config/errors.js'
import { until } from '../support/until.js'
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

beforeEach(async () => {
  forgetWarnings()
  vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  rig = await openSpoolRig()
  rig.vendor.answer({ status: 503 })
})
afterEach(async () => {
  vi.restoreAllMocks()
  await rig.close()
})
afterAll(removeProgram)

/** The ways in which somebody may delete files of a living process. */
const DELETIONS = {
  'the whole directory': () => rmSync(rig.directory, { recursive: true, maxRetries: 5 }),
  'the files in it': () => {
    for (const file of listFiles(rig.directory)) if (file.endsWith('.log')) rmSync(file, { force: true })
  },
}

for (const [what, remove] of Object.entries(DELETIONS)) {
  test(`${what} deleted: later logs are on disk again, and all logs in memory arrive once`, async () => {
    const pipeline = rig.open()
    logTo(pipeline, ...numbered(30, 'early'))
    await until(() => spooledText(rig.directory).includes('early 30'), 'the logs are on disk')
    remove()
    logTo(pipeline, ...numbered(30, 'late'))
    await until(() => spooledText(rig.directory).includes('late 30'), 'the later ones are on disk')
    expect(process.emitWarning).toHaveBeenCalledOnce()
    rig.vendor.answer({})
    await until(() => pipeline.stats().accepted === 60, 'all logs were accepted')
    expect(rig.vendor.messages().sort()).toEqual([...numbered(30, 'early'), ...numbered(30, 'late')].sort())
    expect(pipeline.stats()).toMatchObject({ dropped: {}, spooled: 0 })
    await until(() => spooledBytes(rig.directory) === 0, 'nothing is left on disk')
  })

  test(`${what} deleted: logs that were on disk only are counted as lost`, async () => {
    const pipeline = rig.open({ maxQueueSize: 50 })
    logTo(pipeline, ...numbered(500))
    await until(() => pipeline.stats().spooled >= 400, 'most of it is on disk only')
    remove()
    logTo(pipeline, 'one more')
    await until(() => spooledText(rig.directory).includes('one more'), 'the next log is on disk')
    expect(pipeline.stats().spooled).toBe(0)
    rig.vendor.answer({})
    const unsettled = () => {
      const { written, accepted, dropped } = pipeline.stats()
      return written - accepted - Object.values(dropped).reduce((sum, count) => sum + count, 0)
    }
    // The log about the loss is written only now.
    await until(() => unsettled() === 0, 'every log is accounted for')
    expect(pipeline.stats().dropped.spool_corrupt).toBeGreaterThanOrEqual(400)
  })
}
