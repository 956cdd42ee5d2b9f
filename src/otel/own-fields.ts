import type { Fields } from '../wire/log.js'

/** Properties that a log stores elsewhere, or that the language defines. */
const KNOWN_FIELDS: ReadonlySet<string> = new Set([
  'type',
  'name',
  'message',
  'stack',
  'cause',
  'errors',
  'aggregateErrors',
  'code',
])

/** The own properties that the application added to an error, or to the JSON of one. Undefined where there are none. */
export function ownFields(error: object): Fields | undefined {
  const own = Object.entries(error).filter(([key]) => !KNOWN_FIELDS.has(key))
  return own.length > 0 ? Object.fromEntries(own) : undefined
}
