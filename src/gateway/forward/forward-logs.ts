import { severityLevel } from '../../translate/severity.js'
import type { Level } from '../../wire/level.js'
import { type LogItem, type OtlpLogRecord, TURN, type Turn } from '../decode/shapes.js'
import { WrittenLogs } from '../decode/written-logs.js'
import { Growth } from '../growth.js'
import { createResources } from '../resources.js'
import { surveyLogs } from '../survey.js'
import type { ForwardedExport } from './forwarded-export.js'
import { logOf } from './log-of-record.js'

/**
 * Forwards log records, once all of them could be decoded. Gives their number.
 * @param bodyBytes length of the body that holds them
 * @throws what decoding the records throws
 */
export async function forwardLogs(
  records: Iterable<LogItem | Turn>,
  newExport: () => ForwardedExport,
  allResourceAttributes: boolean,
  bodyBytes: number,
): Promise<{ count: number; forwarded: ForwardedExport }> {
  const resourceFields = createResources(allResourceAttributes)
  const { count, latestMs } = await surveyLogs(records, new Growth(bodyBytes, resourceFields))
  const forwarded = newExport()
  const now = () => latestMs
  let source = 0
  for (const record of records) {
    const pause = forwarded.pause()
    if (pause !== undefined) await pause
    if (forwarded.isOver) break
    if (record === TURN) continue
    if (record instanceof WrittenLogs) {
      await forwardWritten(record, forwarded, source)
      source += record.count
      continue
    }
    forwarded.next(source++, record.weight)
    try {
      forwardRecord(record, forwarded, () => logOf(record, resourceFields(record.resource), now))
    } catch {
      // A record that cannot be translated must neither hold back the others nor be sent again and again.
      forwarded.fail(source - 1)
    }
  }
  return { count, forwarded }
}

/** @param first index of the first record that the logs were made of */
async function forwardWritten(logs: WrittenLogs, forwarded: ForwardedExport, first: number): Promise<void> {
  for (let index = 0; index < logs.count; index++) {
    // A batch may have been sent since the last log.
    const pause = forwarded.hasRoom ? undefined : forwarded.pause()
    if (pause !== undefined) await pause
    if (forwarded.isOver) return
    forwarded.next(first + index, logs.weights[index] as number)
    if (forwarded.wants(logs.levels[index] as Level)) forwarded.writeJson(logs, index)
  }
}

function forwardRecord(
  record: OtlpLogRecord,
  forwarded: ForwardedExport,
  translate: () => ReturnType<typeof logOf>,
) {
  const level = severityLevel(record.severityNumber, record.severityText)
  if (level !== undefined && !forwarded.wants(level)) return
  const { log, ownRequestId } = translate()
  // The level of a record without a severity is known only after translation.
  if (level === undefined && !forwarded.wants(log.level)) return
  forwarded.write(log, 'record', ownRequestId)
}
