import { LOG_ID_KEY, type Log } from '../wire/log.js'

const LONGEST_ID = 200

/** The log's id; a log that has none, or one too long to survive every cut, is given one. */
export function identify(log: Log, newId: () => string): string {
  const input = log.metadata?.[LOG_ID_KEY]
  if (typeof input === 'string' && input !== '' && input.length <= LONGEST_ID) return input
  const id = newId()
  // A copy: logs may share their metadata, but never an id. The id stands first because appending to a
  // spread object costs more than all the rest of this.
  log.metadata = { [LOG_ID_KEY]: id, ...log.metadata }
  if (log.metadata[LOG_ID_KEY] !== id) log.metadata[LOG_ID_KEY] = id
  return id
}
