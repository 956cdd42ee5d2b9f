import type { IncomingMessage } from 'node:http'
import { isRegExp } from '../src/any-realm.js'

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
 * @param askedFor the request's path, as it came
 */
export function expressRoute(request: IncomingMessage, askedFor: string): string | undefined {
  try {
    return readRoute(request, askedFor)
  } catch {
    return undefined
  }
}

function readRoute(request: IncomingMessage, askedFor: string): string | undefined {
  const { baseUrl, params, route } = request as Routed
  const path = templateOf(route?.path)
  if (path === undefined) return undefined
  const base = typeof baseUrl === 'string' && baseUrl !== '' ? baseUrl : leftBase(path, askedFor)
  if (base === '') return path
  const mount = mountTemplate(base, params, path)
  if (mount === undefined) return undefined
  return path === '/' ? mount : mount + path
}

/**
 * Where an error or `next()` has led out of a router, Express has taken its mount point back from `baseUrl`. It is
 * what the path has in front of those segments that the template fits; empty where that cannot be told.
 */
function leftBase(template: string, askedFor: string): string {
  if (!/^[\w/:.~-]*$/.test(template)) return ''
  const wanted = segmentsOf(template)
  const found = segmentsOf(askedFor)
  const base = found.splice(0, Math.max(0, found.length - wanted.length))
  const fits = (segment: string, n: number) =>
    segment.includes(':') || segment.toLowerCase() === found[n]?.toLowerCase()
  return base.length > 0 && wanted.every(fits) ? `/${base.join('/')}` : ''
}

function segmentsOf(path: string): string[] {
  return path.split('/').filter(Boolean)
}

function templateOf(path: unknown): string | undefined {
  if (typeof path === 'string') return path === '' ? '/' : path
  if (isRegExp(path)) return String(path)
  if (!Array.isArray(path) || path.length === 0) return undefined
  const count = Math.min(path.length, MOST_PATHS)
  return Array.from({ length: count }, (_, index) => String(path[index] ?? '')).join(',')
}

/** Of a route that takes several. */
const MOST_PATHS = 100

const LOOKS_LIKE_A_VALUE = /^(?:\d+|[0-9a-f]{16,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i

/**
 * `baseUrl` is the mount point as asked for: in `/shops/7` of a `/shops/:shop` the 7 has to go.
 * @param template of the route behind it, whose parameters are no matter of the mount point's
 */
function mountTemplate(baseUrl: string, params: unknown, template: string): string | undefined {
  const own = new Set(template.match(/(?<=:)\w+/g))
  const ofMount = Object.entries(params ?? {}).filter(([name]) => !own.has(name))
  const names = new Map(ofMount.map(([name, value]) => [value, name]))
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
