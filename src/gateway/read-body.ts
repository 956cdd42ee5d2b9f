import type { IncomingMessage } from 'node:http'
import { createGunzip } from 'node:zlib'
import type { Admitted } from './admission.js'
import { comeAgain, type Reply } from './reply.js'

/** Thrown where nobody is left to answer. */
export class CallerGoneError extends Error {
  override readonly name = 'CallerGoneError'
}

const FULL = comeAgain(503, 'The gateway holds as much as it may.', 2000)

/** The body as it was before it was packed, or the answer to give instead. */
export async function readBody(
  request: IncomingMessage,
  maxBytes: number,
  admitted: Admitted,
): Promise<Buffer | Reply> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  const isPacked = encoding === 'gzip' || encoding === 'x-gzip'
  if (!isPacked && encoding !== 'identity') {
    request.resume()
    const message = 'Content-Encoding must be gzip or none.'
    return { status: 415, message, headers: { 'accept-encoding': 'gzip' } }
  }
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) {
    request.resume()
    return tooLarge(maxBytes)
  }
  const body = await collect(request, maxBytes, admitted)
  return isPacked && Buffer.isBuffer(body) ? unpack(body, maxBytes, admitted) : body
}

function tooLarge(maxBytes: number): Reply {
  return { status: 413, message: `The body is larger than ${maxBytes} bytes.` }
}

/**
 * What is too much is read all the same and thrown away: closing the connection on a caller that still writes
 * would take the answer away from it.
 */
function collect(request: IncomingMessage, maxBytes: number, admitted: Admitted): Promise<Buffer | Reply> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = []
    let length = 0
    let refusal: Reply | undefined
    request.on('data', (piece: Buffer) => {
      if (refusal !== undefined) return
      length += piece.length
      if (length > maxBytes) refusal = tooLarge(maxBytes)
      else if (!admitted.grow(piece.length)) refusal = FULL
      else pieces.push(piece)
      if (refusal === undefined) return
      pieces.length = 0
      resolve(refusal)
    })
    request.on('end', () => resolve(joined(pieces)))
    request.on('error', () => reject(new CallerGoneError('The caller went away.')))
    request.on('close', () => reject(new CallerGoneError('The caller went away.')))
  })
}

/** Unpacked bytes count towards the bounds as they appear, for a small body may become a large one. */
function unpack(packed: Buffer, maxBytes: number, admitted: Admitted): Promise<Buffer | Reply> {
  return new Promise((resolve) => {
    const gunzip = createGunzip({ chunkSize: 64 * 1024 })
    const pieces: Buffer[] = []
    let length = 0
    const refuse = (reply: Reply) => {
      pieces.length = 0
      gunzip.destroy()
      resolve(reply)
    }
    gunzip.on('data', (piece: Buffer) => {
      length += piece.length
      if (length > maxBytes) refuse(tooLarge(maxBytes))
      else if (!admitted.grow(piece.length)) refuse(FULL)
      else pieces.push(piece)
    })
    gunzip.on('end', () => resolve(joined(pieces)))
    gunzip.on('error', () => refuse({ status: 400, message: 'The body is not gzip.' }))
    gunzip.end(packed)
  })
}

function joined(pieces: Buffer[]): Buffer {
  return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces)
}
