import type { IncomingMessage, Server, ServerResponse } from 'node:http'

/** What Node's diagnostics channel publishes for a request that begins. */
export interface RequestStart {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly server: Server
}

interface ServerSocket {
  readonly server?: Server
  readonly _httpMessage?: ServerResponse | null
}

/** Bounds the search: a busy process may have many handles when the instrumentation is set up late. */
const MOST_HANDLES = 10_000

/**
 * The requests that are being answered now. Node has no public list of them; where its internal list is missing, the
 * result is empty.
 */
export function requestsUnderWay(): RequestStart[] {
  const { _getActiveHandles: handles } = process as { _getActiveHandles?: () => unknown[] }
  const sockets = (handles?.call(process) ?? []).slice(0, MOST_HANDLES) as (ServerSocket | null)[]
  return sockets.flatMap((socket) => {
    const { server, _httpMessage: response } = socket ?? {}
    const request = response?.req
    return server && response && request ? [{ request, response, server }] : []
  })
}
