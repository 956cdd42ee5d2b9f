import type { IncomingHttpHeaders } from 'node:http'
import type { IncomingHttpHeaders as Http2Headers, ServerHttp2Stream } from 'node:http2'
import { shared } from '../src/common/shared.js'
import { methodWrapper } from '../src/common/wrap-method.js'
import { emitIn, followStream, holdMessages } from './emitters.js'
import type { OpenRequest } from './open-request.js'
import { openRequestOf } from './open-requests.js'
import type { RequestHead } from './request-head.js'

/** Begins the request of a stream. Undefined where the request is not followed. */
export type BeginStream = (head: RequestHead, stream: ServerHttp2Stream) => OpenRequest | undefined

const begins = shared('http2.begins', () => new WeakMap<object, BeginStream>())

/** Whether this is a server of node:http2, with or without HTTP/1 support. */
export function isHttp2Server(server: object): boolean {
  return 'updateSettings' in server
}

/**
 * Follows the streams of an HTTP/2 server. No diagnostics channel reports them on all versions of Node, so the server's
 * events are wrapped. Where several callers follow one server, the last one gets its streams.
 */
export function followStreams(server: object, begin: BeginStream): void {
  begins.set(server, begin)
  wrapServer(server)
}

const wrapServer = methodWrapper('http2.server', 'emit', (emit, server, args) => {
  const open = args[0] === 'stream' ? beginStream(server, args) : openOfMessages(args)
  return open === undefined ? Reflect.apply(emit, server, args) : emitIn(open.scope, emit, server, args)
})

function beginStream(server: object, args: unknown[]): OpenRequest | undefined {
  const [, stream, headers] = args as [string, ServerHttp2Stream, Http2Headers]
  if (openRequestOf(stream) !== undefined) return openRequestOf(stream)
  const open = begins.get(server)?.(headOf(stream, headers), stream)
  if (open !== undefined) followStream(open, stream)
  return open
}

/** The open request of the request and response objects that Node creates for listeners of `request`. */
function openOfMessages([event, request, response]: unknown[]): OpenRequest | undefined {
  if (event !== 'request' && event !== 'checkContinue') return undefined
  const { stream } = request as { stream?: ServerHttp2Stream | undefined }
  const open = stream && openRequestOf(stream)
  if (open !== undefined) holdMessages(open, request as object, response as object)
  return open
}

function headOf(stream: ServerHttp2Stream, headers: Http2Headers): RequestHead {
  const { ':authority': authority, host = authority } = headers
  return {
    method: headers[':method'] ?? 'GET',
    url: headers[':path'] ?? '/',
    headers: { ...headers, host } as IncomingHttpHeaders,
    socket: stream.session?.socket ?? {},
  }
}
