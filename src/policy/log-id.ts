import { LOG_ID_KEY, type Log } from '../wire/log.js'

const LONGEST_ID = 200

/** Returns the log's id. A log without an id, or with an id too long to survive every cut, gets a new one. */
export function identify(log: Log, newId: () => string): string {
  const input = log.metadata?.[LOG_ID_KEY]
  if (typeof input === 'string' && input !== '' && input.length <= LONGEST_ID) return input
  const id = newId()
  // A copy, because logs may share their metadata but never an id. The id stands first, because appending to a spread
  // object costs more than the rest of this function.
  log.metadata = { [LOG_ID_KEY]: id, ...log.metadata }
  if (log.metadata[LOG_ID_KEY] !== id) log.metadata[LOG_ID_KEY] = id
  return id
}
