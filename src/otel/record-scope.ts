import { processScope, scopeOfTrace } from '../scope/current.js'
import type { Scope } from '../scope/scope.js'
import type { LogRecordLike } from '../translate/otel.js'
import { readProperty } from '../translate/property.js'

/** The scope of the request whose trace the record carries, else the process scope. Never throws. */
export function scopeOfRecord(record: LogRecordLike): Scope {
  try {
    const { spanContext } = record
    return scopeOfIds(spanContext?.traceId, spanContext?.spanId)
  } catch {
    const context = readProperty(record, 'spanContext')
    return scopeOfIds(readProperty(context, 'traceId'), readProperty(context, 'spanId'))
  }
}

function scopeOfIds(traceId: unknown, spanId: unknown): Scope {
  if (typeof traceId !== 'string') return processScope()
  return scopeOfTrace(traceId, typeof spanId === 'string' ? spanId : undefined) ?? processScope()
}
