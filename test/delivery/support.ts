import type { Clock } from '../../src/common/clock.js'
import { type Options, resolveOptions } from '../../src/config/options.js'
import { Pipeline } from '../../src/pipeline/pipeline.js'
import { currentScope } from '../../src/scope/current.js'
import { type ManualClock, manualClock } from '../support/manual-clock.js'
import { startVendor, type Vendor } from '../support/vendor.js'

/** A pipeline with a real server and a manual clock. */
export interface Rig {
  readonly vendor: Vendor
  readonly clock: ManualClock
  readonly pipeline: Pipeline
  /** Writes logs with these messages. */
  log(...messages: string[]): void
  /** Writes `count` logs named `name 1`, `name 2` etc. */
  logMany(count: number, name?: string): void
  request(path: string): void
  /** Creates another pipeline with the same server. */
  another(options?: Options, clock?: Clock): Pipeline
  close(): Promise<void>
}

export const KEY = 'lgn_delivery_test_key'

/**
 *
 * @param random a number in [0, 1): 0.5 makes the backoff exactly 1, 2, 4 ... seconds
 */
export async function openRig(options: Options = {}, random: () => number = () => 0.5): Promise<Rig> {
  const vendor = await startVendor()
  const clock = manualClock()
  const open = (more: Options = {}, itsClock: Clock = clock) =>
    new Pipeline(resolveOptions({ apiKey: KEY, apiUrl: vendor.apiUrl, ...options, ...more }, {}), {
      clock: itsClock,
      random,
    })
  const pipeline = open()
  return {
    vendor,
    clock,
    pipeline,
    log: (...messages) => {
      for (const message of messages) logTo(pipeline, message)
    },
    logMany: (count, name = 'log') => {
      for (let n = 1; n <= count; n++) logTo(pipeline, `${name} ${n}`)
    },
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
    another: open,
    close: async () => {
      // The manual clock stands still, so that no timeout would ever fire.
      const ending = pipeline.shutdown(0)
      clock.advance(1)
      await ending
      await vendor.close()
    },
  }
}

export function logTo(pipeline: Pipeline, message: string): void {
  const timestamp = new Date(pipeline.clock.now()).toISOString()
  if (pipeline.wants('info')) pipeline.write({ level: 'info', message, timestamp }, { source: 'call' })
}
