import { context, trace } from '@opentelemetry/api'
import { describeThrown } from '../translate/thrown.js'
import { translateTrace } from '../translate/trace.js'
import type { Log } from '../wire/log.js'

/**
 * The error log of a value that was just thrown, in the active trace.
 * @param nowMs milliseconds since the epoch
 */
export function thrownLog(thrown: unknown, nowMs: number): { log: Log; ownStack: string | undefined } {
  const { error, causes, ownStack, code } = describeThrown(thrown)
  const log: Log = {
    level: 'error',
    message: error.message,
    timestamp: new Date(nowMs).toISOString(),
    error,
  }
  if (causes.length > 0) log.metadata = { 'error.causes': causes }
  if (code !== undefined) log.metadata = { ...log.metadata, 'error.code': code }
  const active = translateTrace(trace.getSpanContext(context.active()))
  if (active !== undefined) log.trace = active
  return { log, ownStack }
}
