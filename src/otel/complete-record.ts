import { isError } from '../common/any-realm.js'
import { CONSOLE } from '../translate/log-record.js'
import type { LogRecordLike } from '../translate/otel.js'
import { printedError } from '../translate/printed-error.js'
import type { Fields } from '../wire/log.js'
import type { Completed } from './completed.js'
import { ownFields } from './own-fields.js'
import { completePino, PINO } from './pino-line.js'
import { copyOf } from './record-copy.js'
import { exceptionOf, refusedOf } from './record-input.js'

/** Must be called while the record is being emitted. */
export function completeRecord(record: LogRecordLike): Completed {
  const { name } = record.instrumentationScope
  if (name === PINO) return completePino(record)
  if (name !== CONSOLE) return completeInput(record)
  if (typeof record.body !== 'string') return { record }
  return { record, ownStack: printedError(record.body)?.ownStack }
}

/** The record completed by what the SDK omits: the properties of its error, and attributes that the SDK refuses. */
function completeInput(record: LogRecordLike): Completed {
  const refused = refusedOf(record)
  const exception = exceptionOf(record)
  if (refused === undefined && exception === undefined) return { record }
  const [key, thrown] = exception === undefined ? refusedError(refused) : ['error', exception]
  if (thrown === undefined) return { record: refused === undefined ? record : withInput(record, refused) }
  const fields = exception === undefined ? { error: thrown } : ownFieldsOf(exception)
  const { [key]: _error, ...others } = refused ?? {}
  return { record: withInput(record, { ...others, ...fields }), thrown }
}

function refusedError(refused: Fields | undefined): [string, Error | undefined] {
  const found = Object.entries(refused ?? {}).find(([, value]) => isError(value))
  return found === undefined ? ['', undefined] : [found[0], found[1] as Error]
}

function ownFieldsOf(exception: Error): Fields {
  const fields = ownFields(exception)
  return fields === undefined ? {} : { error: fields }
}

/** Attributes that the record already has are kept. */
function withInput(record: LogRecordLike, input: Fields): LogRecordLike {
  return copyOf(record, { attributes: { ...input, ...record.attributes } })
}
