import { builtin } from '../../common/builtin.js'
import { withoutTrailingSlashes } from '../../config/trailing-slashes.js'
import type { TransportAnswer, TransportRequest } from '../../wire/transport.js'
import { StaleConnectionError } from './connection.js'
import { ConnectionPool } from './connection-pool.js'
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
  let pool: ConnectionPool | undefined

  async function send(
    request: TransportRequest,
    onWritten: (isWritten: boolean) => void = () => {},
  ): Promise<TransportAnswer> {
    route ??= openRoute(url, proxy)
    pool ??= new ConnectionPool(route.connect, connections)
    const its = pool
    const zipped = compression === 'gzip' && request.body.byteLength > 0
    const body = zipped ? await zip(request.body) : request.body
    const head = writeHead(route.prefix + base + request.path, {
      ...route.headers,
      ...request.headers,
      'content-length': String(body.byteLength),
      // Without this header a server may compress the answer.
      'accept-encoding': 'identity',
      ...(zipped && { 'content-encoding': 'gzip' }),
    })
    const { signal } = request
    const once = (isFresh: boolean) =>
      its.use(signal, isFresh, (connection) => connection.send({ head, body, signal, onWritten }))
    try {
      return await once(false)
    } catch (error) {
      if (!(error instanceof StaleConnectionError)) throw error
    }
    // The others have been idle for at least as long. One retry on a new connection is right.
    its.closeIdle()
    try {
      return await once(true)
    } catch (error) {
      // The error of the second attempt must not show that nothing was sent, because the first attempt may have reached
      // the service. So the error has no code of its own.
      throw new Error((error as Error).message, { cause: error })
    }
  }

  async function close(): Promise<void> {
    pool?.close()
    pool = undefined
  }

  return { send, close }
}

/** @throws TypeError for a character that would end the path or the header */
function writeHead(path: string, headers: Readonly<Record<string, string>>): string {
  if (/[^\x21-\x7e]/.test(path)) throw new TypeError('The path of a request contains an invalid character')
  let head = `POST ${path} HTTP/1.1\r\n`
  for (const [name, value] of Object.entries(headers)) {
    if (/[^\t\x20-\x7e\x80-\xff]/.test(value))
      throw new TypeError(`The header ${name} contains an invalid character`)
    head += `${name}: ${value}\r\n`
  }
  return `${head}connection: keep-alive\r\n\r\n`
}

function zip(body: Uint8Array): Promise<Uint8Array> {
  const { gzip } = builtin('node:zlib')
  return new Promise((resolve, reject) => {
    gzip(body, (error, zipped) => (error ? reject(error) : resolve(zipped)))
  })
}
