import type { IncomingMessage, Server, ServerResponse } from 'node:http'

/** What Node's diagnostics channel tells of a request that begins. */
export interface RequestStart {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly server: Server
}

interface ServerSocket {
  readonly server?: Server
  readonly _httpMessage?: ServerResponse | null
}

/** More are not looked at: they are there when the instrumentation is set up late, in a busy process. */
const MOST_HANDLES = 10_000

/**
 * The requests that are being answered right now. Node has no public list of them; where the one that it has is gone, none
 * are found.
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
