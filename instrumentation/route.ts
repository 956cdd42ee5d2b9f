import { isRegExp } from '../src/common/any-realm.js'
import type { Fields } from '../src/wire/log.js'

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
  if ((written === undefined || written === path) && isStaticRoute(request, path)) return path
  const isExpress = routedByExpress(request)
  // Instrumentations report the mount points that a request passed, also where no route matched.
  if (status === 404 && (isExpress ? !hasRoute(request) : isMountPoint(written, path))) return undefined
  if (!isExpress || written === undefined) return written ?? expressRoute(request, path)
  return completed(written, request) ?? expressRoute(request, path) ?? written
}

/** Whether Express matched a route without parameters, mount point or list of paths: its template is the path itself. */
function isStaticRoute(request: object, path: string): boolean {
  try {
    const { app, baseUrl, route } = request as Routed
    return typeof app === 'function' && baseUrl === '' && path !== '' && route?.path === path
  } catch {
    return false
  }
}

/** Whether this is the place of a middleware for all paths, and not the route of this path. Hono writes `/*`. */
function isMountPoint(written: string | undefined, path: string): boolean {
  return (written === '/' && path !== '/') || written === '/*' || written === '*'
}

/**
 * The route that the Express instrumentation has written, where it names the route that matched. Undefined where it
 * names the mount point of a middleware that came later, or all paths of a route with several, joined by commas.
 */
function completed(written: string, request: object): string | undefined {
  const path = matchedPath(request)
  if (path === undefined) return written
  if (written.includes(',') || typeof path !== 'string') return undefined
  // Of a route for all paths it writes the mount point alone.
  if (CATCH_ALL.test(path)) return path.startsWith('/') && written === '/' ? path : written + path
  return path === '/' || path === '' || written.endsWith(path) ? written : undefined
}

/** `*` and `/*` in Express 4, `/{*rest}` in Express 5. */
const CATCH_ALL = /^(?:\/?\*|\/\{\*\w*\})$/

/** The path or paths of the route that matched last. */
function matchedPath(request: object): unknown {
  try {
    const path = (request as Routed).route?.path
    return isRegExp(path) ? String(path) : path
  } catch {
    return undefined
  }
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
  const mounted = typeof baseUrl === 'string' ? baseUrl : ''
  const templates = pathsOf(route?.path)
  const behindMount = templates.find((each) => covers(each, restBehind(mounted, askedFor)))
  if (behindMount === undefined) {
    // A request that has left its route by next() may be answered at the mount point of another router.
    const whole = templates.find((each) => covers(each, askedFor))
    if (whole !== undefined) return templateText(whole)
  } else if (mounted === '') return templateText(behindMount)
  const path = templateText(
    behindMount ?? templates.find((each) => fits(each, params, askedFor)) ?? templates[0],
  )
  if (path === undefined) return undefined
  const base = mounted === '' ? leftBase(path, askedFor) : mounted
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
  if (!PLAIN_TEMPLATE.test(template)) return ''
  const wanted = segmentsOf(template)
  const found = segmentsOf(askedFor)
  const base = found.splice(0, Math.max(0, found.length - wanted.length))
  const isMatched = wanted.every((segment, n) => isLike(segment, found[n]))
  return base.length > 0 && isMatched ? `/${base.join('/')}` : ''
}

function segmentsOf(path: string): string[] {
  return path.split('/').filter(Boolean)
}

/** The paths of a route. */
function pathsOf(path: unknown): readonly unknown[] {
  if (!Array.isArray(path)) return [path]
  return Array.from({ length: Math.min(path.length, MOST_PATHS) }, (_, index) => path[index])
}

/** Most paths of one route that are compared. */
const MOST_PATHS = 100

function templateText(path: unknown): string | undefined {
  if (typeof path === 'string') return path === '' ? '/' : path
  return isRegExp(path) ? String(path) : undefined
}

/** What is left of a path behind a mount point. Undefined where the path does not lie there. */
function restBehind(mounted: string, askedFor: string): string | undefined {
  if (mounted === '') return askedFor
  const isBehind = askedFor.toLowerCase().startsWith(mounted.toLowerCase())
  return isBehind ? askedFor.slice(mounted.length) : undefined
}

/** Whether a template of fixed segments and parameters matches a path from its beginning to its end. */
function covers(template: unknown, path: string | undefined): boolean {
  if (typeof template !== 'string' || path === undefined || !PLAIN_TEMPLATE.test(template)) return false
  if (template === path) return true
  const [wanted, found] = [segmentsOf(template), segmentsOf(path)]
  return wanted.length === found.length && wanted.every((segment, n) => isLike(segment, found[n]))
}

const PLAIN_TEMPLATE = /^[\w/:.~-]*$/

function isLike(segment: string, found: string | undefined): boolean {
  return segment.includes(':') || segment.toLowerCase() === found?.toLowerCase()
}

/** Whether a template has the parameters that Express found, and fixed segments equal to the request's. */
function fits(template: unknown, params: unknown, askedFor: string): boolean {
  if (typeof template !== 'string') return false
  const found = new Set(Object.keys(params ?? {}).filter((name) => (params as Fields)[name] !== undefined))
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
