import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { builtin } from '../../common/builtin.js'
import { clearTimeout, setImmediate, setTimeout } from '../../common/clock.js'
import { withoutTrailingSlashes } from '../../config/trailing-slashes.js'
import { MAX_ANSWER_BYTES } from '../../wire/limits.js'
import type { TransportAnswer, TransportRequest } from '../../wire/transport.js'
import { networkError } from './network-error.js'
import type { WatchedTransport } from './post.js'
import { openRoute, type Route } from './route.js'

export interface HttpOptions {
  /** Base address of the API. Redirects are not followed, so the key goes nowhere else. */
  readonly apiUrl: string
  /** Proxy address, false for none, undefined for the environment's. */
  readonly proxy?: string | false | undefined
  readonly compression: 'none' | 'gzip'
  /** Most connections in the pool. Default 8. */
  readonly connections?: number
}

const CONNECT_TIMEOUT_MS = 5_000

/** Sends requests over HTTP/1.1 on a pool of kept-alive connections, none of which keeps the process alive. */
export function httpTransport({
  apiUrl,
  proxy,
  compression,
  connections = 8,
}: HttpOptions): WatchedTransport {
  const url = new URL(apiUrl)
  const base = withoutTrailingSlashes(url.pathname)
  let route: Route | undefined

  async function send(
    request: TransportRequest,
    onWritten: (isWritten: boolean) => void = () => {},
  ): Promise<TransportAnswer> {
    route ??= openRoute(url, proxy, connections)
    const { prefix, headers: more, ...way } = route
    const zipped = compression === 'gzip' && request.body.byteLength > 0
    const body = zipped ? await zip(request.body) : request.body
    const headers: Record<string, string> = {
      ...request.headers,
      ...more,
      'content-length': String(body.byteLength),
      // Without this header a server may compress the answer.
      'accept-encoding': 'identity',
    }
    if (zipped) headers['content-encoding'] = 'gzip'
    const { ClientRequest } = builtin('node:http')
    const open = () =>
      // The class and not http.request: instrumentations patch http.request, and an upload must not become a span.
      new ClientRequest({ ...way, path: prefix + base + request.path, method: 'POST', headers })
    const exchangeOnce = () => exchange(open(), body, request.signal, onWritten)
    try {
      return await exchangeOnce()
    } catch (error) {
      if (!(error instanceof StaleSocketError)) throw error
    }
    try {
      return await exchangeOnce()
    } catch (error) {
      // The error of the second attempt must not show that nothing was sent, because the first attempt may have reached
      // the service. So the error has no code of its own.
      throw new Error((error as Error).message, { cause: error })
    }
  }

  async function close(): Promise<void> {
    route?.agent.destroy()
    route = undefined
  }

  return { send, close }
}

/** The peer closed a kept-alive connection just as it was reused. One retry on another connection is right. */
class StaleSocketError extends Error {}

function exchange(
  request: ClientRequest,
  body: Uint8Array,
  signal: AbortSignal | undefined,
  onWritten: (isWritten: boolean) => void,
): Promise<TransportAnswer> {
  return new Promise((resolve, reject) => {
    const abort = () => request.destroy(networkError('ETIMEDOUT', 'No answer in time', signal?.reason))
    const done = (end: () => void) => {
      signal?.removeEventListener('abort', abort)
      end()
    }
    let hasAnswered = false
    request.on('finish', () => onWritten(true))
    request.on('close', () => onWritten(false))
    request.on('error', (error: NodeJS.ErrnoException) => {
      const isStale =
        !hasAnswered && request.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE')
      done(() => reject(isStale ? new StaleSocketError(error.message, { cause: error }) : error))
    })
    request.on('socket', limitConnecting)
    request.on('response', (response) => {
      hasAnswered = true
      response.on('error', (error) => done(() => reject(error)))
      readBounded(response, (text) =>
        done(() => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text })),
      )
    })
    if (signal?.aborted) abort()
    signal?.addEventListener('abort', abort, { once: true })
    request.end(body)
  })
}

function limitConnecting(socket: Socket): void {
  if (!socket.connecting) return
  let isOver = false
  const timer = setTimeout(() => {
    // After a blocked event loop the socket may be connected already. An immediate runs after the sockets are read.
    setImmediate(() => isOver || socket.destroy(networkError('ETIMEDOUT', 'No connection in time')))
  }, CONNECT_TIMEOUT_MS).unref()
  const end = () => {
    isOver = true
    clearTimeout(timer)
  }
  const isSecure = 'encrypted' in socket
  socket.once(isSecure ? 'secureConnect' : 'connect', end)
  socket.once('close', end)
}

function readBounded(response: IncomingMessage, done: (text: string) => void): void {
  const chunks: Buffer[] = []
  let bytes = 0
  const finish = () => done(Buffer.concat(chunks).toString('utf8', 0, MAX_ANSWER_BYTES))
  response.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    bytes += chunk.byteLength
    if (bytes <= MAX_ANSWER_BYTES) return
    finish()
    response.destroy()
  })
  response.on('end', finish)
}

function zip(body: Uint8Array): Promise<Uint8Array> {
  const { gzip } = builtin('node:zlib')
  return new Promise((resolve, reject) => {
    gzip(body, (error, zipped) => (error ? reject(error) : resolve(zipped)))
  })
}
