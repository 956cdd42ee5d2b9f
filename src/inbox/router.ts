import type { Handler } from './http/listen.js'

/** Routes a request by its address to a part of the inbox; each part gets the rest of the path. */
export function createRouter(parts: { service: Handler; api: Handler; page: Handler }): Handler {
  return (request, response, path) => {
    if (path.startsWith(SERVICE)) return parts.service(request, response, path.slice(SERVICE.length))
    if (path.startsWith(API)) return parts.api(request, response, path.slice(API.length))
    return parts.page(request, response, path)
  }
}

const SERVICE = '/api/v1'
const API = '/inbox/api'
