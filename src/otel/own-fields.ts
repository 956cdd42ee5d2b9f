import type { Fields } from '../wire/log.js'

/** Fields that a log has in a place of their own, or that belong to the language. */
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

/** The fields of an error, or of its JSON, that are the application's own; undefined when there are none. */
export function ownFields(error: object): Fields | undefined {
  const own = Object.entries(error).filter(([key]) => !KNOWN_FIELDS.has(key))
  return own.length > 0 ? Object.fromEntries(own) : undefined
}
