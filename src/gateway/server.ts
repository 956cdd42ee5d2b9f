import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { clearTimeout, setTimeout } from '../common/clock.js'
import { ownServers } from '../common/own-servers.js'
import { LognitorError } from '../config/errors.js'
import { addressUrl, type ListenAddress } from './listen-address.js'

export interface Listening {
  readonly url: string
  readonly port: number
  /** Accepts no further connection, and closes each one after its answer; after the time, at once. */
  close(timeoutMs: number): Promise<void>
}

/** Longer than a Collector keeps an idle connection (90 s), so that the gateway never closes one first. */
const KEEP_ALIVE_MS = 120_000
/** Longest time for a request to arrive. A slower caller is cut off. */
const REQUEST_MS = 60_000
const HEADERS_MS = 15_000
const CHECK_MS = 30_000

export async function listen(
  address: ListenAddress,
  handler: (request: IncomingMessage, response: ServerResponse) => void,
  requestMs = REQUEST_MS,
): Promise<Listening> {
  let isClosing = false
  const open = new Set<ServerResponse>()
  /** Connections without a request so far. Collectors open some in advance, and Node does not count them as idle. */
  const unused = new Set<Socket>()
  const server = createServer(
    {
      keepAliveTimeout: KEEP_ALIVE_MS,
      requestTimeout: requestMs,
      headersTimeout: Math.min(HEADERS_MS, requestMs),
      connectionsCheckingInterval: Math.min(CHECK_MS, requestMs),
    },
    (request, response) => {
      unused.delete(request.socket)
      request.on('error', ignore)
      response.on('error', ignore)
      if (isClosing) lastAnswer(response)
      open.add(response)
      response.on('close', () => open.delete(response))
      handler(request, response)
    },
  )
  ownServers.add(server)
  server.on('clientError', refuseBytes)
  server.on('connection', (socket) => {
    unused.add(socket)
    socket.on('close', () => unused.delete(socket))
  })
  const port = await bind(server, address)
  let closing: Promise<void> | undefined
  return {
    url: addressUrl({ host: address.host, port }),
    port,
    close: (timeoutMs) => {
      isClosing = true
      for (const response of open) lastAnswer(response)
      closing ??= close(server, timeoutMs)
      for (const socket of unused) socket.destroy()
      return closing
    },
  }
}

/** Tells the caller to close the connection, so that no request is under way when the server closes it. */
function lastAnswer(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('connection', 'close')
}

/**
 * Answers what is not HTTP. A slow or silent caller is cut off without an answer, so that it retries: a 400 would make
 * a Collector drop its data, and on a connection opened in advance a Collector would take it for the answer to its next
 * request.
 */
function refuseBytes(error: NodeJS.ErrnoException, socket: Duplex): void {
  const isLate = error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
  if (socket.writable && !isLate) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n')
  else socket.destroy()
}

function bind(server: Server, { host, port }: ListenAddress): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') return reject(error)
      const message = `The address ${addressUrl({ host, port })} is in use. Choose another one, or stop the process that listens there.`
      reject(new LognitorError('LOGNITOR_ADDRESS_IN_USE', message, { cause: error }))
    })
    // Node listens on every interface without a host, and on IPv4 alone when the machine has no IPv6.
    server.listen(host === '::' ? { port } : { host, port }, () => {
      server.removeAllListeners('error')
      server.on('error', ignore)
      resolve((server.address() as AddressInfo).port)
    })
  })
}

function close(server: Server, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), timeoutMs)
    server.close(() => {
      clearTimeout(timer)
      resolve()
    })
    server.closeIdleConnections()
  })
}

function ignore(): void {}
