import type { Handler } from './http/listen.js'
import { refusal, writeReply } from './http/reply.js'

/** Which part of the inbox serves which address. */
export function createRouter(service: Handler): Handler {
  return async (request, response, path) => {
    if (path.startsWith(SERVICE)) return service(request, response, path.slice(SERVICE.length))
    return writeReply(response, refusal(404, 'There is nothing at this address.'))
  }
}

const SERVICE = '/api/v1'
