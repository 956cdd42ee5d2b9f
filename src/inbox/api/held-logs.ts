import type { ServerResponse } from 'node:http'
import type { Log } from '../../wire/log.js'
import { Rest } from '../data/rest.js'
import type { Ring } from '../data/ring.js'
import { drained } from '../http/reply.js'
import type { Query } from './query.js'
import { logPasses } from './select.js'

/** Characters that are written at once. */
const PIECE_LENGTH = 64 * 1024

/** The texts of a stream. */
interface Texts {
  readonly log: (log: Log) => string
  /** The number of logs that were dropped from memory before their turn. */
  readonly missed: (count: number) => string
}

/**
 * Writes the logs that the inbox holds since a time or a cursor, the oldest first, as fast as the reader takes them, and
 * those that come meanwhile. When it ends, no held log is left to write.
 * @returns false when the reader has gone
 */
export async function writeHeldLogs(
  response: ServerResponse,
  logs: Ring<Log>,
  query: Query,
  texts: Texts,
): Promise<boolean> {
  const passes = logPasses(query)
  const rest = new Rest()
  const oldest = () => logs.lastSeq - logs.count + 1
  let next = Math.max((query.afterSeq ?? 0) + 1, oldest())
  let piece = ''
  while (next <= logs.lastSeq) {
    const missed = oldest() - next
    if (missed > 0) {
      piece += texts.missed(missed)
      next += missed
    }
    const entry = logs.at(next++)
    if (entry !== undefined && isWithin(query, entry.time) && passes(entry.value))
      piece += texts.log(entry.value)
    if (rest.isDue()) await rest.turn()
    if (response.destroyed) return false
    if (piece.length < PIECE_LENGTH) continue
    const hasRoom = response.write(piece)
    piece = ''
    if (!hasRoom && !(await drained(response))) return false
  }
  if (piece !== '') response.write(piece)
  return true
}

function isWithin(
  { fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY }: Query,
  time: number,
): boolean {
  return time >= fromMs && time <= toMs
}
