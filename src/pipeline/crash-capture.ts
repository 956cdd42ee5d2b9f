import { context, trace } from '@opentelemetry/api'
import { currentScope, scopeOfThrow } from '../scope/current.js'
import { describeThrown } from '../translate/thrown.js'
import { translateTrace } from '../translate/trace.js'
import type { Log } from '../wire/log.js'
import type { Pipeline } from './pipeline.js'

/**
 * The entry point for uncaught exceptions and unhandled rejections. Builds the log at once, in the async context of the
 * error. Writes it once it is known whether the process ends: as `fatal` if it does, else as `error`.
 */
export function createCrashCapture(pipeline: Pipeline): (thrown: unknown) => (endsProcess: boolean) => void {
  return (thrown) => {
    const scope = scopeOfThrow() ?? currentScope()
    const timestamp = new Date(pipeline.clock.now()).toISOString()
    const { error, causes, ownStack, code } = describeThrown(thrown)
    const metadata = {
      ...(causes.length > 0 && { 'error.causes': causes }),
      ...(code !== undefined && { 'error.code': code }),
    }
    const traced = translateTrace(trace.getSpanContext(context.active())) ?? scope.trace
    return (endsProcess) => {
      const level = endsProcess ? 'fatal' : 'error'
      if (!pipeline.wants(level)) return
      const log: Log = { level, message: error.message, timestamp, metadata, error }
      if (traced !== undefined) log.trace = { ...traced }
      pipeline.write(log, { source: 'uncaught', scope, thrown, ownStack })
    }
  }
}
