import { translateLogRecord } from '../../translate/log-record.js'
import type { ResourceFields } from '../../translate/resource.js'
import type { Log } from '../../wire/log.js'
import type { OtlpLogRecord } from '../decode/shapes.js'

/** The log of a record. `ownRequestId` tells whether its request id was made here. */
export function logOf(
  record: OtlpLogRecord,
  resource: ResourceFields,
  now: () => number,
): { log: Log; ownRequestId: boolean } {
  const log = translateLogRecord(record, resource, now)
  const { trace } = log
  const ownRequestId = log.request_id === undefined && trace?.span_id !== undefined
  // The request entry has the id of its server span, so a log written in that span refers to the entry by this id.
  if (ownRequestId) log.request_id = `${trace.trace_id}-${trace.span_id}`
  return { log, ownRequestId }
}
