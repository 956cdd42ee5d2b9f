import { processScope, scopeOfTrace } from '../scope/current.js'
import type { Scope } from '../scope/scope.js'
import type { LogRecordLike } from '../translate/otel.js'
import { readProperty, readText } from '../translate/property.js'

/** The scope of the request whose trace the record carries, else the process scope. Never throws. */
export function scopeOfRecord(record: LogRecordLike): Scope {
  const context = readProperty(record, 'spanContext')
  const traceId = readText(context, 'traceId')
  return (traceId && scopeOfTrace(traceId, readText(context, 'spanId'))) || processScope()
}
