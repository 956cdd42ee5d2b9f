import { isRegExp } from '../src/common/any-realm.js'

/** What Express writes on a request that it routed. */
interface Routed {
  readonly app?: unknown
  readonly baseUrl?: unknown
  readonly params?: unknown
  readonly route?: { readonly path?: unknown }
}

/** All sources of the route of an answered request. */
export interface RouteSources {
  /** The framework's request where there is one, else Node's. */
  readonly request: object
  /** The path of the request as received, without the query. */
  readonly path: string
  readonly status: number
  /** The route that a framework's plugin or channel reported. */
  readonly reported: string | undefined
  /** The route that an OpenTelemetry instrumentation wrote into the request's RPC metadata. */
  readonly written: string | undefined
}

/**
 * The template of the route that answered, such as `/api/orders/:id`, or undefined where no route matched. Never
 * throws, whatever the application has put on its request.
 */
export function routeOf({ request, path, status, reported, written }: RouteSources): string | undefined {
  if (reported !== undefined) return reported
  const isExpress = routedByExpress(request)
  // Instrumentations report the mount points that a request passed, also where no route matched.
  if (status === 404 && (isExpress ? !hasRoute(request) : written === '/' && path !== '/')) return undefined
  // For a route or mount point with several paths, instrumentations report all paths joined by commas.
  const isJoined = isExpress && written?.includes(',')
  return isJoined || written === undefined ? expressRoute(request, path) : written
}

function routedByExpress(request: object): boolean {
  try {
    return typeof (request as Routed).app === 'function' && 'baseUrl' in request
  } catch {
    return false
  }
}

function hasRoute(request: object): boolean {
  try {
    return (request as Routed).route !== undefined
  } catch {
    return false
  }
}

/**
 * The template that Express matched, without the Express instrumentation. Undefined where nothing matched, and where
 * the mount point holds a value whose parameter name cannot be recovered.
 */
function expressRoute(request: object, askedFor: string): string | undefined {
  try {
    return readRoute(request, askedFor)
  } catch {
    return undefined
  }
}

function readRoute(request: object, askedFor: string): string | undefined {
  const { baseUrl, params, route } = request as Routed
  const path = templateOf(route?.path, params, askedFor)
  if (path === undefined) return undefined
  const base = typeof baseUrl === 'string' && baseUrl !== '' ? baseUrl : leftBase(path, askedFor)
  if (base === '') return path
  const mount = mountTemplate(base, params, path)
  if (mount === undefined) return undefined
  return path === '/' ? mount : mount + path
}

/**
 * After an error or `next()` has left a router, Express has already restored `baseUrl`. The mount point is then the
 * part of the path in front of the segments that the template matches. Empty where that is ambiguous.
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

/** For a route with several paths: the path that the request matches. */
function templateOf(path: unknown, params: unknown, askedFor: string): string | undefined {
  if (!Array.isArray(path)) return templateText(path)
  const count = Math.min(path.length, MOST_PATHS)
  const candidates = Array.from({ length: count }, (_, index) => path[index] as unknown)
  return templateText(candidates.find((each) => fits(each, params, askedFor)) ?? candidates[0])
}

/** Most paths of one route that are compared. */
const MOST_PATHS = 100

function templateText(path: unknown): string | undefined {
  if (typeof path === 'string') return path === '' ? '/' : path
  return isRegExp(path) ? String(path) : undefined
}

/** Whether a template has the parameters that Express found, and fixed segments equal to the request's. */
function fits(template: unknown, params: unknown, askedFor: string): boolean {
  if (typeof template !== 'string') return false
  const found = new Set(Object.keys(params ?? {}))
  // Parameters in braces are optional.
  const certain = template.replace(/\{[^{}]*\}/g, '').match(/(?<=[:*])\w+/g) ?? []
  if (!certain.every((name) => found.has(name))) return false
  const asked = segmentsOf(askedFor).map((segment) => segment.toLowerCase())
  return segmentsOf(template).every(
    (segment) => /[^\w.~-]/.test(segment) || asked.includes(segment.toLowerCase()),
  )
}

const LOOKS_LIKE_A_VALUE = /^(?:\d+|[0-9a-f]{16,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i

/**
 * `baseUrl` is the mount point with its values: `/shops/7` becomes `/shops/:shop`.
 * @param template the route behind the mount point; its parameters do not belong to the mount point
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
