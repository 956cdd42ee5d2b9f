import type { LogRecordLike } from '../translate/otel.js'

/**
 * A copy with other attributes, and with another time where `time` is passed. The record itself is not changed, because
 * it belongs to the SDK and to the processors after this one.
 */
export function withAttributes(
  record: LogRecordLike,
  attributes: LogRecordLike['attributes'],
  hrTime: LogRecordLike['hrTime'] = record.hrTime,
): LogRecordLike {
  return {
    hrTime,
    hrTimeObserved: record.hrTimeObserved,
    spanContext: record.spanContext,
    severityText: record.severityText,
    severityNumber: record.severityNumber,
    body: record.body,
    eventName: record.eventName,
    resource: record.resource,
    instrumentationScope: record.instrumentationScope,
    attributes,
    droppedAttributesCount: record.droppedAttributesCount,
  }
}
