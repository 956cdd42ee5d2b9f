import type { IncomingMessage } from 'node:http'

/** What Express leaves on the request it routed. */
interface Routed {
  readonly baseUrl?: unknown
  readonly params?: unknown
  readonly route?: { readonly path?: unknown }
}

/**
 * The template Express matched, such as `/api/orders/:id`, without the Express instrumentation. Undefined
 * where nothing matched, and where the mount point itself holds a value we cannot give its name back. What the
 * application has put on its request may be anything; this never throws.
 */
export function expressRoute(request: IncomingMessage): string | undefined {
  try {
    return readRoute(request)
  } catch {
    return undefined
  }
}

function readRoute(request: IncomingMessage): string | undefined {
  const { baseUrl, params, route } = request as Routed
  const path = templateOf(route?.path)
  if (path === undefined) return undefined
  if (typeof baseUrl !== 'string' || baseUrl === '') return path
  const mount = mountTemplate(baseUrl, params)
  if (mount === undefined) return undefined
  return path === '/' ? mount : mount + path
}

function templateOf(path: unknown): string | undefined {
  if (typeof path === 'string') return path === '' ? '/' : path
  if (path instanceof RegExp) return String(path)
  if (!Array.isArray(path) || path.length === 0) return undefined
  const count = Math.min(path.length, MOST_PATHS)
  return Array.from({ length: count }, (_, index) => String(path[index] ?? '')).join(',')
}

/** Of a route that takes several. */
const MOST_PATHS = 100

const LOOKS_LIKE_A_VALUE = /^(?:\d+|[0-9a-f]{16,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i

/** `baseUrl` is the mount point as asked for: in `/shops/7` of a `/shops/:shop` the 7 has to go. */
function mountTemplate(baseUrl: string, params: unknown): string | undefined {
  const names = new Map(Object.entries(params ?? {}).map(([name, value]) => [value, name]))
  let known = true
  const segments = baseUrl.split('/').map((segment) => {
    const name = names.get(segment) ?? names.get(decoded(segment))
    if (name !== undefined) return `:${name}`
    if (LOOKS_LIKE_A_VALUE.test(segment)) known = false
    return segment
  })
  return known ? segments.join('/') : undefined
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
