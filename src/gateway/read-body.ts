import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Clock, TimerHandle } from '../common/clock.js'
import { CollectedBytes } from '../common/collected-bytes.js'
import type { Admitted } from './admission.js'
import { comeAgain, type Reply } from './reply.js'
import type { RequestMemory } from './request-memory.js'
import { ENCODINGS, type Unpacker, unpackerOf } from './unpack.js'

/** Thrown when the caller has closed the connection, so that there is nobody to answer. */
export class CallerGoneError extends Error {
  override readonly name = 'CallerGoneError'
}

export const FULL = comeAgain(503, 'The gateway has reached its limit of bytes at one time.', 2000)

/** A request body after decompression. */
export interface Body {
  readonly bytes: Buffer
  /** SHA-256 of the bytes. It is updated as they arrive, because hashing a large body at once would block. */
  readonly hash: Buffer
}

/** Reads the body, as far as it can into the memory of the request. Gives the reply to send instead when the body is refused. */
export async function readBody(
  request: IncomingMessage,
  maxBytes: number,
  admitted: Admitted,
  memory: RequestMemory,
  clock: Clock,
): Promise<Body | Reply> {
  const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? ''
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) {
    request.resume()
    return tooLarge(maxBytes)
  }
  const unpack = unpackerOf(encoding)
  if (unpack === null) {
    request.resume()
    const message = `Content-Encoding must be one of ${ENCODINGS}, or none.`
    return { status: 415, message, headers: { 'accept-encoding': ENCODINGS } }
  }
  const stop = keepPace(request, clock)
  try {
    return await collect(request, unpack, maxBytes, admitted, memory)
  } finally {
    stop()
  }
}

const PACE_MS = 10_000
/** The least that a body must bring in each interval, in bytes. */
const LEAST_BYTES = 10 * 1024

/**
 * Closes the connection of a caller whose body is too slow, without an answer, so that it is sent again. Gives a
 * function that stops the check.
 */
function keepPace(request: IncomingMessage, clock: Clock): () => void {
  let bytes = 0
  request.on('data', (piece: Buffer) => {
    bytes += piece.length
  })
  let timer: TimerHandle
  const watch = () => {
    timer = clock.setTimer(() => {
      if (bytes < LEAST_BYTES) request.destroy()
      else watch()
      bytes = 0
    }, PACE_MS)
  }
  watch()
  return () => clock.clearTimer(timer)
}

function tooLarge(maxBytes: number): Reply {
  return { status: 413, message: `The body is larger than ${maxBytes} bytes.` }
}

/**
 * Collects the body and decompresses it as it arrives. A body that is too large is still read to its end and discarded:
 * closing the connection while the caller writes would keep it from reading the answer.
 */
function collect(
  request: IncomingMessage,
  unpack: Unpacker | undefined,
  maxBytes: number,
  admitted: Admitted,
  memory: RequestMemory,
): Promise<Body | Reply> {
  return new Promise((resolve, reject) => {
    let collected = new CollectedBytes()
    const hash = createHash('sha256')
    let isOver = false
    const refuse = (reply: Reply) => {
      isOver = true
      collected = new CollectedBytes()
      if (unpack !== undefined) {
        request.unpipe(unpack)
        unpack.destroy()
      }
      request.resume()
      resolve(reply)
    }
    const source = unpack === undefined ? request : request.pipe(unpack)
    let packedLength = 0
    if (unpack !== undefined) {
      request.on('data', (piece: Buffer) => {
        packedLength += piece.length
        if (!isOver && packedLength > maxBytes) refuse(tooLarge(maxBytes))
      })
    }
    source.on('data', (piece: Buffer) => {
      if (isOver) return
      // Counted as it comes: what a length claims in advance takes no memory.
      if (collected.length + piece.length > maxBytes) refuse(tooLarge(maxBytes))
      else if (!admitted.grow(piece.length)) refuse(FULL)
      else {
        collected.append(piece)
        hash.update(piece)
      }
    })
    source.on('end', () => {
      if (!isOver) resolve({ bytes: collected.join((length) => memory.take(length)), hash: hash.digest() })
      collected = new CollectedBytes()
    })
    unpack?.on('error', () =>
      refuse({
        status: 400,
        message: `The body is not valid ${request.headers['content-encoding']?.trim().toLowerCase()}.`,
      }),
    )
    request.on('error', () => reject(new CallerGoneError('The caller closed the connection.')))
    request.on('close', () => {
      if (request.complete) return
      unpack?.destroy()
      reject(new CallerGoneError('The caller closed the connection.'))
    })
  })
}
