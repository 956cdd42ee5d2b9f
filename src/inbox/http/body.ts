import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { CollectedBytes } from '../../common/collected-bytes.js'
import { type Reply, refusal } from './reply.js'

/** A body that was read, decompressed and parsed; `byteLength` is the length of its JSON. */
export interface JsonBody {
  value: unknown
  byteLength: number
}

/** Reads the JSON body of a call. Gives the reply to send instead when the body is refused. An empty body is null. */
export async function readJson(request: IncomingMessage, maxBytes: number): Promise<JsonBody | Reply> {
  const body = await readText(request, maxBytes)
  if (typeof body !== 'string') return body
  if (body === '') return { value: null, byteLength: 0 }
  return parseJson(body)
}

export function parseJson(text: string): JsonBody | Reply {
  try {
    return { value: JSON.parse(text), byteLength: Buffer.byteLength(text) }
  } catch {
    return refusal(400, 'The body is not JSON.')
  }
}

/** Reads and decompresses the body of a call. Gives the reply to send instead when the body is refused. */
export async function readText(request: IncomingMessage, maxBytes: number): Promise<string | Reply> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  if (encoding !== 'identity' && encoding !== 'gzip' && encoding !== 'x-gzip') {
    return refusal(415, 'Content-Encoding must be gzip or none.', { 'accept-encoding': 'gzip' })
  }
  const packed = await readBytes(request, maxBytes)
  if (packed === undefined) return tooLarge(maxBytes)
  let bytes = packed
  if (encoding !== 'identity') {
    const unpacked = await unpack(packed, maxBytes)
    if ('status' in unpacked) return unpacked
    bytes = unpacked
  }
  return isUtf8(bytes) ? bytes.toString('utf8') : refusal(400, 'The body is not UTF-8.')
}

const gunzipAsync = promisify(gunzip)

async function unpack(packed: Buffer, maxBytes: number): Promise<Buffer | Reply> {
  try {
    return await gunzipAsync(packed, { maxOutputLength: maxBytes })
  } catch (error) {
    const isTooLarge = (error as NodeJS.ErrnoException | null)?.code === 'ERR_BUFFER_TOO_LARGE'
    return isTooLarge ? tooLarge(maxBytes) : refusal(400, 'The body is not valid gzip.')
  }
}

function tooLarge(maxBytes: number): Reply {
  return refusal(413, `The body is larger than ${maxBytes} bytes.`)
}

/**
 * Undefined when the body has more bytes than `maxBytes`. The rest of the body is then read and discarded: closing the
 * connection while the client writes would keep it from reading the answer.
 */
function readBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) {
    request.resume()
    return Promise.resolve(undefined)
  }
  return new Promise((resolve, reject) => {
    let collected: CollectedBytes | undefined = new CollectedBytes()
    request.on('data', (piece: Buffer) => {
      if (collected === undefined) return
      if (collected.length + piece.length <= maxBytes) collected.append(piece)
      else {
        collected = undefined
        resolve(undefined)
      }
    })
    request.on('end', () => resolve(collected?.join()))
    request.on('error', reject)
    request.on('close', () => reject(new Error('The client closed the connection.')))
  })
}
