import { type Clock, systemClock } from '../../src/common/clock.js'
import { type Options, resolveOptions } from '../../src/config/options.js'
import { Pipeline } from '../../src/pipeline/pipeline.js'
import { type ManualClock, manualClock } from './manual-clock.js'
import { startVendor, type Vendor } from './vendor.js'

export const KEY = 'lgn_test_key'

/** What a test sets of a pipeline beside its options. */
export interface Parts {
  readonly clock?: Clock
  /** A number in [0, 1): 0.5 makes the backoff exactly 1, 2, 4 ... seconds. */
  readonly random?: () => number
}

/** A stand-in for the service, and the pipelines that send to it. */
export interface Pipelines {
  readonly vendor: Vendor
  /** Creates a pipeline with these options beside those that all have. */
  open(options?: Options, parts?: Parts): Pipeline
  /** Shuts all pipelines and the service down. */
  close(): Promise<void>
}

/** The one place where the tests create pipelines on a service. @param common options of all pipelines */
export async function openPipelines(common: Options = {}): Promise<Pipelines> {
  const vendor = await startVendor()
  const opened: { pipeline: Pipeline; clock: Clock }[] = []
  return {
    vendor,
    open: (options = {}, { clock = systemClock, random } = {}) => {
      const settings = resolveOptions({ apiKey: KEY, apiUrl: vendor.apiUrl, ...common, ...options }, {})
      const pipeline = new Pipeline(settings, { clock, ...(random && { random }) })
      opened.push({ pipeline, clock })
      return pipeline
    },
    close: async () => {
      await Promise.all(
        opened.map(({ pipeline, clock }) => {
          const ending = pipeline.shutdown(0)
          // A manual clock stands still, so that no timeout would ever fire.
          if ('advance' in clock) (clock as ManualClock).advance(1)
          return ending
        }),
      )
      await vendor.close()
    },
  }
}

/** A pipeline on a manual clock, with a stand-in for the service. */
export interface OnManualClock extends Pipelines {
  readonly clock: ManualClock
  readonly pipeline: Pipeline
}

export async function openOnManualClock(
  options: Options = {},
  random: () => number = () => 0.5,
): Promise<OnManualClock> {
  const { vendor, open, close } = await openPipelines(options)
  const clock = manualClock()
  const openHere: Pipelines['open'] = (more = {}, parts = {}) => open(more, { clock, random, ...parts })
  return { vendor, clock, pipeline: openHere(), open: openHere, close }
}

/** Writes logs of level info. */
export function logTo(pipeline: Pipeline, ...messages: string[]): void {
  for (const message of messages) {
    const timestamp = new Date(pipeline.clock.now()).toISOString()
    if (pipeline.wants('info')) pipeline.write({ level: 'info', message, timestamp }, { source: 'call' })
  }
}

/** The messages `log 1`, `log 2` etc. */
export const numbered = (count: number, name = 'log') =>
  Array.from({ length: count }, (_, n) => `${name} ${n + 1}`)
