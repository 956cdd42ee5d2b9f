import { isError } from '../common/any-realm.js'
import { toPlain } from './plain.js'
import { shorten } from './property.js'
import { describeThrown, type Thrown } from './thrown.js'

export interface BodyFields {
  /** Absent without a body, and for an empty string. */
  message?: string
  /** The whole structured body, stored as `metadata.body`. */
  structure?: unknown
  /** The description of a body that is an Error. */
  thrown?: Thrown
}

/** Longest message made of a structured body, in characters. The whole body is kept in `metadata`. */
const MAX_JSON_MESSAGE = 2000

const NO_BODY: BodyFields = Object.freeze({})

/** The message of a body of any shape: a string itself, a map's `message` or `msg`, else its JSON. */
export function translateBody(body: unknown): BodyFields {
  if (body === undefined || body === null) return NO_BODY
  const plain = toPlain(body)
  if (typeof plain === 'string') return plain === '' ? NO_BODY : { message: plain }
  if (typeof plain !== 'object' || plain === null) return { message: String(plain) }
  if (!isError(body)) return { message: structureMessage(plain), structure: plain }
  const thrown = describeThrown(body)
  return { message: thrown.error.message, structure: plain, thrown }
}

function structureMessage(plain: object): string {
  const { message, msg } = plain as { message?: unknown; msg?: unknown }
  if (typeof message === 'string' && message !== '') return message
  if (typeof msg === 'string' && msg !== '') return msg
  return shorten(JSON.stringify(plain), MAX_JSON_MESSAGE)
}
