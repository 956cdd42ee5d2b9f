import type { ServerResponse } from 'node:http'
import type { Log } from '../../wire/log.js'
import { Rest } from '../data/rest.js'
import type { Ring } from '../data/ring.js'
import { drained } from '../http/reply.js'
import type { Query } from './query.js'
import { logPasses } from './select.js'

/** Characters that are written at once. */
const PIECE_LENGTH = 64 * 1024

/**
 * Writes the logs that the inbox holds since a time or a cursor, the oldest first, as fast as the reader takes them, and
 * those that come meanwhile. When it ends, no held log is left to write.
 * @param textOf the text of a log in the stream
 * @returns how many logs were dropped from memory before their turn; undefined when the reader has gone
 */
export async function writeHeldLogs(
  response: ServerResponse,
  logs: Ring<Log>,
  query: Query,
  textOf: (log: Log) => string,
): Promise<number | undefined> {
  const passes = logPasses(query)
  const rest = new Rest()
  const oldest = () => logs.lastSeq - logs.count + 1
  let next = Math.max((query.afterSeq ?? 0) + 1, oldest())
  let missed = 0
  let piece = ''
  while (next <= logs.lastSeq) {
    missed += Math.max(0, oldest() - next)
    next = Math.max(next, oldest())
    const entry = logs.at(next++)
    if (entry !== undefined && isWithin(query, entry.time) && passes(entry.value))
      piece += textOf(entry.value)
    if (rest.isDue()) await rest.turn()
    if (response.destroyed) return undefined
    if (piece.length < PIECE_LENGTH) continue
    const hasRoom = response.write(piece)
    piece = ''
    if (!hasRoom && !(await drained(response))) return undefined
  }
  if (piece !== '') response.write(piece)
  return missed
}

function isWithin(
  { fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY }: Query,
  time: number,
): boolean {
  return time >= fromMs && time <= toMs
}
