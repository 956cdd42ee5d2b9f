import type { IncomingMessage } from 'node:http'
import { createGunzip } from 'node:zlib'
import type { Admitted } from './admission.js'
import { comeAgain, type Reply } from './reply.js'

/** Thrown where nobody is left to answer. */
export class CallerGoneError extends Error {
  override readonly name = 'CallerGoneError'
}

export const FULL = comeAgain(503, 'The gateway holds as much as it may.', 2000)

/** The body as it was before it was packed, there until the request leaves; or the answer to give instead. */
export async function readBody(
  request: IncomingMessage,
  maxBytes: number,
  admitted: Admitted,
): Promise<Buffer | Reply> {
  const encoding = request.headers['content-encoding']?.trim().toLowerCase() || 'identity'
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
    const body = new Pieces(admitted.place(Number(request.headers['content-length'] ?? 0)))
    let refusal: Reply | undefined
    request.on('data', (piece: Buffer) => {
      if (refusal !== undefined) return
      if (body.length + piece.length > maxBytes) refusal = tooLarge(maxBytes)
      else if (!admitted.grow(piece.length)) refusal = FULL
      if (refusal === undefined) body.add(piece)
      else resolve(refusal)
    })
    request.on('end', () => resolve(body.whole()))
    request.on('error', () => reject(new CallerGoneError('The caller went away.')))
    request.on('close', () => reject(new CallerGoneError('The caller went away.')))
  })
}

/** Pieces as one. Where their length is known they are laid into one place at once, and not held until the end. */
class Pieces {
  length = 0
  readonly #place: Buffer
  #pieces: Buffer[] = []

  constructor(place: Buffer) {
    this.#place = place
  }

  add(piece: Buffer): void {
    if (this.#pieces.length === 0 && this.length + piece.length <= this.#place.length) {
      piece.copy(this.#place, this.length)
    } else this.#pieces.push(piece)
    this.length += piece.length
  }

  whole(): Buffer {
    const laid = this.#place.subarray(0, this.length)
    return this.#pieces.length === 0 ? laid : Buffer.concat([laid, ...this.#pieces])
  }
}

/** What a gzip says at its end of its length, modulo 4 GiB. RFC 1952, section 2.3.1. */
function announcedLength(packed: Buffer): number {
  return packed.length < 18 ? 0 : packed.readUInt32LE(packed.length - 4)
}

/** Beyond this much deflate cannot pack. */
const BEST_RATIO = 1032
/** Pieces below malloc's threshold for memory of their own (128 KiB) would stay with the process when all are free. */
const CHUNK_BYTES = 256 * 1024

/**
 * Unpacks into one place of the length that the gzip announces. Should it announce less than there is, the rest
 * counts towards the bounds as it appears, for a small body may become a large one.
 */
function unpack(packed: Buffer, maxBytes: number, admitted: Admitted): Promise<Buffer | Reply> {
  const announced = announcedLength(packed)
  // More than there can be is no length at all: the end is missing, and whatever stands there in its place.
  const likely = announced > packed.length * BEST_RATIO ? 0 : announced
  if (likely > maxBytes) return Promise.resolve(tooLarge(maxBytes))
  if (!admitted.grow(likely)) return Promise.resolve(FULL)
  return new Promise((resolve) => {
    // One byte more, so that zlib sees the end without asking for another chunk.
    const gunzip = createGunzip({ chunkSize: Math.max(likely + 1, CHUNK_BYTES) })
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
      else if (length > likely && !admitted.grow(Math.min(piece.length, length - likely))) refuse(FULL)
      else pieces.push(piece)
    })
    gunzip.on('end', () => resolve(pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces)))
    gunzip.on('error', () => refuse({ status: 400, message: 'The body is not gzip.' }))
    gunzip.end(packed)
  })
}
