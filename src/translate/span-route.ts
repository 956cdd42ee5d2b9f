import type { SpanLike } from './otel.js'
import type { SpanHttp } from './span-http.js'

/** Names its spans `GET /orders/{id}` by the pattern of the handler, and sets no `http.route`. */
const NAMES_BY_PATTERN = 'go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp'

/** `{id}`, `:id`, `<int:id>`, `[id]`: a parameter of a template. */
const PARAMETER = /^(?:\{.*\}|:.+|<.*>|\[.*\])$/
/** `*`, `**`, `*path`, `{path...}`, `[...path]`: the rest of the path. */
const REST = /^(?:\*.*|\{.*(?:\.\.\.|\*)\}|\{\*.*\}|\[+\.\.\..*\]+)$/
const MAX_SEGMENTS = 64
const MAX_LENGTH = 1024

/**
 * The route that a server span's name states: `GET /orders/{id}`. Undefined where the name is no template of the
 * span's path: some applications put the path itself into the name.
 */
export function routeFromName(span: SpanLike, { method, path }: SpanHttp): string | undefined {
  const { name } = span
  if (path === undefined || typeof name !== 'string' || !name.startsWith(`${method} /`)) return undefined
  if (name.length > MAX_LENGTH) return undefined
  const target = name.slice(method.length + 1)
  if (target === path) {
    const isPattern = span.instrumentationScope?.name === NAMES_BY_PATTERN
    return isPattern && !path.split('/').some(mayBeId) ? target : undefined
  }
  return isTemplateOf(target, path) ? target : undefined
}

function isTemplateOf(target: string, path: string): boolean {
  const template = target.split('/', MAX_SEGMENTS)
  const segments = path.split('/', MAX_SEGMENTS)
  for (const [index, part] of template.entries()) {
    if (REST.test(part) && index === template.length - 1) return segments.length > index
    const segment = segments[index]
    if (segment === undefined || (part !== segment && !PARAMETER.test(part))) return false
  }
  return template.length === segments.length
}

/** A number, a UUID or another long value with digits. */
function mayBeId(segment: string): boolean {
  return /^\d+$/.test(segment) || (segment.length >= 8 && /\d/.test(segment))
}
