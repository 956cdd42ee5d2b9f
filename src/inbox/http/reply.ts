import type { ServerResponse } from 'node:http'
import { Rest } from '../data/rest.js'

/** The answer to one call. */
export interface Reply {
  status: number
  /** A value that is written as JSON. */
  json?: unknown
  /** Texts that are written one by one, as fast as the reader takes them. */
  pieces?: Iterable<string>
  /** Bytes that are written unchanged. */
  bytes?: Buffer
  headers?: Readonly<Record<string, string>>
}

/** An answer that says why the call was refused. */
export function refusal(status: number, message: string, headers?: Record<string, string>): Reply {
  return headers === undefined ? { status, json: { message } } : { status, json: { message }, headers }
}

const JSON_TYPE = 'application/json; charset=utf-8'

export async function writeReply(response: ServerResponse, reply: Reply): Promise<void> {
  if (response.destroyed || response.headersSent) return
  response.statusCode = reply.status
  for (const [name, value] of Object.entries(reply.headers ?? {})) response.setHeader(name, value)
  if (!response.hasHeader('content-type')) response.setHeader('content-type', JSON_TYPE)
  if (reply.pieces !== undefined) return writePieces(response, reply.pieces)
  const body = reply.bytes ?? Buffer.from(JSON.stringify(reply.json ?? {}))
  response.setHeader('content-length', body.length)
  response.end(body)
}

const PIECE_LENGTH = 64 * 1024

async function writePieces(response: ServerResponse, pieces: Iterable<string>): Promise<void> {
  let piece = ''
  const rest = new Rest()
  for (const next of pieces) {
    if (rest.isDue()) await rest.turn()
    piece += next
    if (piece.length < PIECE_LENGTH) continue
    if (!response.write(piece) && !(await drained(response))) return
    piece = ''
  }
  response.end(piece)
}

/** Waits until the reader has taken what was written. Resolves to false when it has closed the connection. */
export function drained(response: ServerResponse): Promise<boolean> {
  return new Promise((resolve) => {
    const finish = () => {
      response.off('drain', finish)
      response.off('close', finish)
      resolve(!response.destroyed)
    }
    response.on('drain', finish)
    response.on('close', finish)
    if (response.destroyed) finish()
  })
}
