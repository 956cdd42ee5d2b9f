import { Buffer } from 'node:buffer'
import { randomBytes, randomInt } from 'node:crypto'
import { CONSOLE } from '../../translate/log-record.js'
import type { HrTime } from '../../translate/otel.js'
import { hrTimeToIso } from '../../translate/time.js'
import { WINSTON } from '../../translate/winston-error.js'
import type { Log } from '../../wire/log.js'
import type { OtlpReader } from '../decode/otlp-reader.js'
import type { Group } from '../decode/proto-items.js'
import type { OtlpLogRecord } from '../decode/shapes.js'
import { JsonBytes, ROOM_OF_LOG } from './json-bytes.js'
import { LogTemplate, type Piece, SLOT } from './log-template.js'
import { type Shape, shapeOf } from './steps.js'

/**
 * The JSON that translation and policy make of a record. Undefined for a record whose log depends on others, or is seen
 * by hooks or redaction.
 */
export type RecordJson = (record: OtlpLogRecord, logId: string) => string | undefined

/** Bridges whose records are translated by their values. */
const OTHER_SCOPES: readonly string[] = [CONSOLE, WINSTON]

// Values that stand for those of a record. They are random, so that no record can hold them.
const MARK = randomBytes(12).toString('hex')
const MARK_TIME: HrTime = [randomInt(1e9, 2e9), randomInt(1, 1000) * 1e6]
const MARK_ISO = hrTimeToIso(MARK_TIME) as string
const MARK_TRACE_ID = randomBytes(16).toString('hex')
const MARK_SPAN_ID = randomBytes(8).toString('hex')
const MARK_LOG_ID = randomBytes(18).toString('hex')
const MARKS = new RegExp(
  `"${MARK} (-?\\d+)"|(${MARK_ISO})|(${MARK_TRACE_ID})|(${MARK_SPAN_ID})|(${MARK_LOG_ID})`,
  'g',
)

/**
 * Learns how records of one shape are written, from what translation and policy make of one of them when marks stand
 * for its values. So the rules stay where they are, and are applied once for the shape. Undefined for a record that
 * cannot be written by a template.
 * @param reader at the beginning of the record; the position stays
 * @param record the same record, decoded
 */
export function learnTemplate(
  reader: OtlpReader,
  record: OtlpLogRecord,
  group: Group,
  jsonOf: RecordJson,
): LogTemplate | undefined {
  if (OTHER_SCOPES.includes(group.scope.name)) return undefined
  const shape = shapeOf(reader.at(reader.pos, reader.len))
  const marked = shape && jsonOf(markedRecord(record, shape), MARK_LOG_ID)
  const pieces = marked && piecesOf(marked)
  if (!pieces) return undefined
  const { level } = JSON.parse(marked) as Log
  const template = new LogTemplate(level, shape, pieces)
  return isTrueFor(template, reader, record, jsonOf) ? template : undefined
}

function markedRecord(record: OtlpLogRecord, { names }: Shape): OtlpLogRecord {
  const { spanContext } = record
  return {
    ...record,
    hrTime: MARK_TIME,
    body: `${MARK} ${SLOT.message}`,
    spanContext: spanContext && {
      traceId: spanContext.traceId && MARK_TRACE_ID,
      spanId: spanContext.spanId && MARK_SPAN_ID,
    },
    attributes: Object.fromEntries(names.map((name, index) => [name, `${MARK} ${index}`])),
  }
}

/** Splits the JSON at the marks. Undefined when a mark is left: its value is written in another way. */
function piecesOf(json: string): Piece[] | undefined {
  const pieces: Piece[] = []
  let end = 0
  for (const { 0: mark, 1: number, 2: time, 3: traceId, 4: spanId, index } of json.matchAll(MARKS)) {
    const before = json.slice(end, index)
    if (before.includes(MARK)) return undefined
    const slot = number === undefined ? slotOf(time, traceId, spanId) : Number(number)
    pieces.push({ json: Buffer.from(before), slot })
    end = index + mark.length
  }
  const rest = json.slice(end)
  if (rest.includes(MARK)) return undefined
  pieces.push({ json: Buffer.from(rest), slot: undefined })
  return pieces
}

function slotOf(time?: string, traceId?: string, spanId?: string): number {
  if (time !== undefined) return SLOT.time
  if (traceId !== undefined) return SLOT.traceId
  return spanId === undefined ? SLOT.logId : SLOT.spanId
}

/** Whether the template writes the record itself as translation and policy do. */
function isTrueFor(
  template: LogTemplate,
  reader: OtlpReader,
  record: OtlpLogRecord,
  jsonOf: RecordJson,
): boolean {
  const page = Buffer.alloc(ROOM_OF_LOG)
  const out = new JsonBytes()
  out.begin(page, 0)
  if (!template.read(reader.at(reader.pos, reader.len), out)) return false
  page.write(MARK_LOG_ID, template.idAt)
  return page.toString('utf8', 0, out.end) === jsonOf(record, MARK_LOG_ID)
}
