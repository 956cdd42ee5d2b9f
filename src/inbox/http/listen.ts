import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ownServers } from '../../common/own-servers.js'
import { LognitorError } from '../../config/errors.js'
import { authority, refuseForeign } from './guard.js'
import { refusal, writeReply } from './reply.js'

/** Serves one request. `path` is the path without the query. */
export type Handler = (request: IncomingMessage, response: ServerResponse, path: string) => Promise<void>

export interface Listening {
  readonly url: string
  readonly port: number
  close(): Promise<void>
}

/** Listens on loopback. The handler gets each request that does not come from another site. */
export async function listen(address: { host: string; port: number }, handler: Handler): Promise<Listening> {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: REQUEST_MS }, onRequest)
  ownServers.add(server)
  server.on('clientError', (_error, socket) => socket.destroy())
  const port = await bind(server, address)
  let closing: Promise<void> | undefined
  return {
    url: `http://${authority(address.host, port)}`,
    port,
    close: () => {
      closing ??= close(server)
      return closing
    },
  }

  function onRequest(request: IncomingMessage, response: ServerResponse): void {
    request.on('error', ignore)
    response.on('error', ignore)
    serve(request, response).catch(() => {
      // The most frequent cause is a client that closed its connection. For any other error a 500 is sent.
      writeReply(response, refusal(500, 'The inbox failed.')).catch(ignore)
    })
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('x-content-type-options', 'nosniff')
    response.setHeader('cache-control', 'no-store')
    response.setHeader('referrer-policy', 'no-referrer')
    response.setHeader('cross-origin-resource-policy', 'same-origin')
    const refused = refuseForeign(request, address.host, port)
    if (refused !== undefined) return writeReply(response, refused)
    await handler(request, response, (request.url ?? '/').split('?', 1)[0] ?? '/')
  }
}

/** Long, so that a connection is rarely closed at the moment when the client uses it again. */
const KEEP_ALIVE_MS = 65_000
const REQUEST_MS = 30_000

function bind(server: Server, { host, port }: { host: string; port: number }): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') return reject(error)
      const message = `The address ${authority(host, port)} is in use. Choose another port; 0 takes any that is free.`
      reject(new LognitorError('LOGNITOR_ADDRESS_IN_USE', message, { cause: error }))
    })
    server.listen({ host, port }, () => {
      server.removeAllListeners('error')
      server.on('error', ignore)
      resolve((server.address() as AddressInfo).port)
    })
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    // An open stream or an idle connection would otherwise keep the port in use.
    server.closeAllConnections()
  })
}

function ignore(): void {}
