import { bindServerSpan, claimLateRequest, requestScope } from '../scope/current.js'
import type { Scope } from '../scope/scope.js'
import { SPAN_KIND, type SpanLike } from '../translate/otel.js'
import { readText } from '../translate/property.js'

/**
 * The scope of a server span that begins outside of every request scope although its request is known: the request
 * began before the instrumentation was set up, like the first request that Next.js serves.
 */
export function enterServerSpan(span: SpanLike): Scope | undefined {
  if (span.kind !== SPAN_KIND.server || requestScope() !== undefined) return undefined
  const { attributes } = span
  const method = readText(attributes, 'http.request.method') ?? readText(attributes, 'http.method')
  const target = readText(attributes, 'url.path') ?? readText(attributes, 'http.target')
  const scope = claimLateRequest(method, target?.split('?', 1)[0])
  if (scope !== undefined) bindServerSpan(span.spanContext(), scope)
  return scope
}

/** The names that Next.js gives to internal pages, such as `/_error`. */
const STAND_IN = /^\/_/
/** The span in which Next.js looks for the page. Its route is the template alone, while later spans may name a file. */
const NEXT_FINDS_PAGE = 'NextNodeServer.findPageComponents'

/**
 * Reads the route that frameworks without an instrumentation of their own write on their spans: `http.route` on the
 * server span when it ends, which may be after the answer. Next.js also writes `next.route` on spans within it.
 */
export function learnRoute({ kind, attributes }: SpanLike, { requestScope: scope }: Scope): void {
  if (scope === undefined) return
  const ofNext = readText(attributes, 'next.route')
  const route = ofNext ?? (kind === SPAN_KIND.server ? readText(attributes, 'http.route') : undefined)
  if (!route) return
  const isSure =
    ofNext === undefined ||
    (readText(attributes, 'next.span_type') === NEXT_FINDS_PAGE && !STAND_IN.test(route))
  if (isSure || scope.route === undefined) scope.setRoute(route)
}
