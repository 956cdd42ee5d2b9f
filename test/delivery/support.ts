import type { Clock } from '../../src/common/clock.js'
import type { Options } from '../../src/config/options.js'
import type { Pipeline } from '../../src/pipeline/pipeline.js'
import { currentScope } from '../../src/scope/current.js'
import { logTo, numbered, type OnManualClock, openOnManualClock } from '../support/pipeline.js'

export { KEY, logTo } from '../support/pipeline.js'

/** A pipeline with a real server and a manual clock. */
export interface Rig extends Omit<OnManualClock, 'open'> {
  /** Writes logs with these messages. */
  log(...messages: string[]): void
  /** Writes `count` logs named `name 1`, `name 2` etc. */
  logMany(count: number, name?: string): void
  request(path: string): void
  /** Creates another pipeline with the same server. */
  another(options?: Options, clock?: Clock): Pipeline
}

/** @param random a number in [0, 1): 0.5 makes the backoff exactly 1, 2, 4 ... seconds */
export async function openRig(options: Options = {}, random: () => number = () => 0.5): Promise<Rig> {
  const { open, ...rig } = await openOnManualClock(options, random)
  const { pipeline } = rig
  return {
    ...rig,
    log: (...messages) => logTo(pipeline, ...messages),
    logMany: (count, name) => logTo(pipeline, ...numbered(count, name)),
    request: (path) =>
      pipeline.request(
        {
          method: 'GET',
          path,
          status_code: 200,
          duration_ms: 1,
          request_id: path,
          timestamp: '2026-11-23T10:00:00.000Z',
        },
        currentScope(),
      ),
    another: (more, clock) => open(more, clock && { clock }),
  }
}
