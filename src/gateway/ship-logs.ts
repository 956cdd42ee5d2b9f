import type { Delivery } from '../stateless/delivery.js'
import type { Shipment } from '../stateless/shipment.js'
import { translateLogRecord } from '../translate/log-record.js'
import { severityLevel } from '../translate/severity.js'
import { bodyTime } from './body-time.js'
import type { OtlpLogRecord } from './decode/shapes.js'
import { createResources } from './resources.js'

/** Of so large a body not all that is made of it is held at one time. */
const LARGE_BYTES = 8 * 1024 * 1024

/**
 * Sends log records on their way, but none before all of them could be read. Gives how many there were, and what
 * became of them.
 * @throws what walking the records throws
 */
export async function shipLogs(
  records: Iterable<OtlpLogRecord>,
  bytes: number,
  shipment: Shipment,
  allResourceAttributes: boolean,
): Promise<{ count: number; delivery: Delivery }> {
  const resourceFields = createResources(allResourceAttributes)
  const now = bodyTime(records, ({ hrTime, hrTimeObserved }) => [hrTime, hrTimeObserved])
  if (bytes > LARGE_BYTES) readThrough(records)
  else shipment.holdBack()
  let count = 0
  for (const record of records) {
    shipment.next(count++, record.weight)
    const room = shipment.room()
    if (room !== undefined) await room
    if (shipment.isOver) break
    shipRecord(record, shipment, () => translateLogRecord(record, resourceFields(record.resource), now))
  }
  return { count, delivery: await shipment.finish(count) }
}

function readThrough(records: Iterable<OtlpLogRecord>): void {
  for (const _ of records);
}

function shipRecord(
  record: OtlpLogRecord,
  shipment: Shipment,
  translate: () => ReturnType<typeof translateLogRecord>,
) {
  const level = severityLevel(record.severityNumber, record.severityText)
  if (level !== undefined && !shipment.wants(level)) return
  const log = translate()
  // A record without a severity gets its level from what is in it.
  if (level === undefined && !shipment.wants(log.level)) return
  const { trace } = log
  const isOurs = log.request_id === undefined && trace?.span_id !== undefined
  // The row of a request is known by its server span; a log written in that span finds it so.
  if (isOurs) log.request_id = `${trace.trace_id}-${trace.span_id}`
  shipment.write(log, 'record', isOurs)
}
