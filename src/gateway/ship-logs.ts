import type { Delivery } from '../stateless/delivery.js'
import type { Shipment } from '../stateless/shipment.js'
import { translateLogRecord } from '../translate/log-record.js'
import { severityLevel } from '../translate/severity.js'
import { bodyTime } from './body-time.js'
import type { OtlpLogRecord } from './decode/shapes.js'
import { createResources } from './resources.js'

/** Sends log records on their way. Gives how many there were, and what became of them. */
export async function shipLogs(
  records: Iterable<OtlpLogRecord>,
  shipment: Shipment,
  allResourceAttributes: boolean,
): Promise<{ count: number; delivery: Delivery }> {
  const resourceFields = createResources(allResourceAttributes)
  const now = bodyTime(records, ({ hrTime, hrTimeObserved }) => [hrTime, hrTimeObserved])
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
