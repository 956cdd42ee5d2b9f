import { isRegExp } from '../src/common/any-realm.js'

/** What Express leaves on the request that it routed. */
interface Routed {
  readonly app?: unknown
  readonly baseUrl?: unknown
  readonly params?: unknown
  readonly route?: { readonly path?: unknown }
}

/** All that may know the route of an answered request. */
export interface RouteSources {
  /** The framework's request, or Node's. */
  readonly request: object
  /** The path of the request, as it came, without the query. */
  readonly path: string
  readonly status: number
  /** What a framework has told us itself. */
  readonly told: string | undefined
  /** What an OpenTelemetry instrumentation wrote into the request's RPC metadata. */
  readonly written: string | undefined
}

/**
 * The template of the route that answered, such as `/api/orders/:id`; undefined where no route matched. Never throws:
 * what the application has put on its request may be anything.
 */
export function routeOf({ request, path, status, told, written }: RouteSources): string | undefined {
  if (told !== undefined) return told
  const isExpress = routedByExpress(request)
  // Instrumentations name the mount points that a request went through, also where no route was behind them.
  if (status === 404 && (isExpress ? !hasRoute(request) : written === '/' && path !== '/')) return undefined
  // Of a route or a mount point with several paths they join all.
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
 * The template Express matched, without the Express instrumentation. Undefined where nothing matched, and where the
 * mount point itself holds a value we cannot give its name back.
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

/** Of a route with several paths, the one that the request fits. */
function templateOf(path: unknown, params: unknown, askedFor: string): string | undefined {
  if (!Array.isArray(path)) return templateText(path)
  const count = Math.min(path.length, MOST_PATHS)
  const candidates = Array.from({ length: count }, (_, index) => path[index] as unknown)
  return templateText(candidates.find((each) => fits(each, params, askedFor)) ?? candidates[0])
}

/** Of a route that takes several. */
const MOST_PATHS = 100

function templateText(path: unknown): string | undefined {
  if (typeof path === 'string') return path === '' ? '/' : path
  return isRegExp(path) ? String(path) : undefined
}

/** Whether a template has the parameters that Express found, and the fixed segments that were asked for. */
function fits(template: unknown, params: unknown, askedFor: string): boolean {
  if (typeof template !== 'string') return false
  const found = new Set(Object.keys(params ?? {}))
  // What stands in braces is optional.
  const certain = template.replace(/\{[^{}]*\}/g, '').match(/(?<=[:*])\w+/g) ?? []
  if (!certain.every((name) => found.has(name))) return false
  const asked = segmentsOf(askedFor).map((segment) => segment.toLowerCase())
  return segmentsOf(template).every(
    (segment) => /[^\w.~-]/.test(segment) || asked.includes(segment.toLowerCase()),
  )
}

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
