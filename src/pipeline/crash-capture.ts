import { currentScope, scopeOfThrow } from '../scope/current.js'
import type { Pipeline } from './pipeline.js'
import { thrownLog } from './thrown-log.js'

/**
 * The entry point for uncaught exceptions and unhandled rejections. Builds the log at once, in the async context of the
 * error. Writes it once it is known whether the process ends: as `fatal` if it does, else as `error`.
 */
export function createCrashCapture(pipeline: Pipeline): (thrown: unknown) => (endsProcess: boolean) => void {
  return (thrown) => {
    const scope = scopeOfThrow() ?? currentScope()
    const { log, ownStack } = thrownLog(thrown, pipeline.clock.now())
    const { trace = scope.trace } = log
    return (endsProcess) => {
      const level = endsProcess ? 'fatal' : 'error'
      if (!pipeline.wants(level)) return
      const traced = trace === undefined ? log : { ...log, trace: { ...trace } }
      pipeline.write({ ...traced, level }, { source: 'uncaught', scope, thrown, ownStack })
    }
  }
}
