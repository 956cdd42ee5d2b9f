import type { ServerResponse } from 'node:http'
import protobuf from 'protobufjs/minimal.js'
import type { Encoding } from './decode/decode.js'

/** Codes of google.rpc.Status, which stand in the body of a refusal. */
const RPC_CODES: Readonly<Record<number, number>> = {
  400: 3,
  401: 16,
  404: 5,
  405: 12,
  413: 3,
  415: 3,
  429: 8,
  503: 14,
}

/** The answer to an export: taken, partly rejected, or refused. */
export type Reply =
  | { readonly status: 200; readonly rejected: number; readonly message: string }
  | {
      readonly status: 400 | 401 | 404 | 405 | 413 | 415 | 429 | 503
      readonly message: string
      readonly headers?: Readonly<Record<string, string>>
    }

export const TAKEN: Reply = { status: 200, rejected: 0, message: '' }

/** A refusal that asks the caller to send the export again after `afterMs` milliseconds. */
export function comeAgain(status: 429 | 503, message: string, afterMs: number): Reply {
  const seconds = Math.max(1, Math.ceil(afterMs / 1000))
  return { status, message, headers: { 'retry-after': String(seconds) } }
}

export type Signal = 'logs' | 'traces'

/** Writes the answer in the encoding of the request. */
export function writeReply(response: ServerResponse, reply: Reply, signal: Signal, encoding: Encoding): void {
  if (response.destroyed || response.headersSent) return
  const body = encoding === 'json' ? jsonBody(reply, signal) : protobufBody(reply)
  response.statusCode = reply.status
  if ('headers' in reply && reply.headers !== undefined) {
    for (const [name, value] of Object.entries(reply.headers)) response.setHeader(name, value)
  }
  response.setHeader('content-type', encoding === 'json' ? 'application/json' : 'application/x-protobuf')
  response.setHeader('content-length', body.byteLength)
  response.end(body)
}

function jsonBody(reply: Reply, signal: Signal): Buffer {
  if (reply.status !== 200) {
    return Buffer.from(JSON.stringify({ code: RPC_CODES[reply.status] ?? 2, message: reply.message }))
  }
  if (reply.rejected === 0) return Buffer.from('{}')
  // 64-bit integers are strings in protobuf's JSON.
  const counter = { [signal === 'logs' ? 'rejectedLogRecords' : 'rejectedSpans']: String(reply.rejected) }
  return Buffer.from(JSON.stringify({ partialSuccess: { ...counter, errorMessage: reply.message } }))
}

function protobufBody(reply: Reply): Uint8Array {
  const writer = protobuf.Writer.create()
  if (reply.status !== 200) {
    return writer
      .uint32(8)
      .int32(RPC_CODES[reply.status] ?? 2)
      .uint32(18)
      .string(reply.message)
      .finish()
  }
  if (reply.rejected === 0) return writer.finish()
  return writer
    .uint32(10)
    .fork()
    .uint32(8)
    .int64(reply.rejected)
    .uint32(18)
    .string(reply.message)
    .ldelim()
    .finish()
}
