import type { LogRecordLike } from '../translate/otel.js'

/**
 * A copy with other fields. The record itself is not changed, because it belongs to the SDK and to the processors after
 * this one.
 */
export function copyOf(record: LogRecordLike, fields: Partial<LogRecordLike>): LogRecordLike {
  return {
    hrTime: record.hrTime,
    hrTimeObserved: record.hrTimeObserved,
    spanContext: record.spanContext,
    severityText: record.severityText,
    severityNumber: record.severityNumber,
    body: record.body,
    eventName: record.eventName,
    resource: record.resource,
    instrumentationScope: record.instrumentationScope,
    attributes: record.attributes,
    droppedAttributesCount: record.droppedAttributesCount,
    ...fields,
  }
}
