import { CONSOLE } from '../translate/log-record.js'
import type { LogRecordLike } from '../translate/otel.js'
import { readProperty, readText } from '../translate/property.js'
import { copyOf } from './record-copy.js'

const MARK = `(node:${process.pid}) `
const WARN = { severityNumber: 13, severityText: 'warn' }

/**
 * Node prints process warnings by `console.error`, and so the bridge takes them for errors. The record of such a line is
 * given back at level `warn`, any other as it is.
 */
export function asWarning(record: LogRecordLike): LogRecordLike {
  if (!hasMark(record)) return record
  const isConsoles = readText(readProperty(record, 'instrumentationScope'), 'name') === CONSOLE
  return isConsoles ? copyOf(record, WARN) : record
}

/** Every record is asked, and a read by a name that varies is slower in V8 than this one. */
function hasMark(record: LogRecordLike): boolean {
  try {
    const { body } = record
    return typeof body === 'string' && body.startsWith(MARK)
  } catch {
    return false
  }
}
