import { SPAN_KIND, type SpanContextLike, type SpanLike } from '../translate/otel.js'
import { type OtlpSpan, TURN, type Turn } from './decode/shapes.js'
import { nextTurn } from './turns.js'

const MOST_STEPS = 200

/** Approximate memory for one span, in bytes. */
export const NODE_BYTES = 400

interface Node {
  readonly parent: string | undefined
  /** Decodes the span once more; only for server spans. */
  readonly server: (() => OtlpSpan) | undefined
}

/**
 * Finds the server span of the request that a span belongs to, among the spans of the same body. Only ids are kept in
 * memory; the server span is decoded again when it is needed.
 */
export class ServerSpans {
  readonly #nodes = new Map<string, Node>()
  /** By trace and service: the only server span, or null when there are several. */
  readonly #only = new Map<string, Node['server'] | null>()
  #last: { readonly server: Node['server']; readonly span: OtlpSpan } | undefined

  static async of(spans: Iterable<OtlpSpan | Turn>): Promise<ServerSpans> {
    const known = new ServerSpans()
    const resources = new ResourceNumbers()
    for (const span of spans) {
      const turn = nextTurn()
      if (turn !== undefined) await turn
      if (span !== TURN) known.#add(span, resources.of(span))
    }
    return known
  }

  /**
   * The span itself, its nearest ancestor, or, when an ancestor is missing, the only server span of its trace and
   * service.
   * @param resource index of the span's resource, from {@link ResourceNumbers}
   */
  serverOf(span: SpanLike, resource: number): OtlpSpan | undefined {
    const server = this.#find(span, resource)
    if (server === undefined) return undefined
    if (this.#last?.server !== server) this.#last = { server, span: server() }
    return this.#last.span
  }

  #find(span: SpanLike, resource: number): Node['server'] {
    let key: string | undefined = keyOf(span.spanContext())
    for (let step = 0; key !== undefined && step < MOST_STEPS; step++) {
      const node: Node | undefined = this.#nodes.get(key)
      if (node?.server !== undefined) return node.server
      key = node?.parent
    }
    return this.#only.get(groupOf(span, resource)) ?? undefined
  }

  #add(span: OtlpSpan, resource: number): void {
    const { parentSpanContext, again } = span
    const server = span.kind === SPAN_KIND.server ? again : undefined
    const parent = parentSpanContext && keyOf(parentSpanContext)
    this.#nodes.set(keyOf(span.spanContext()), { parent, server })
    if (server === undefined) return
    const group = groupOf(span, resource)
    this.#only.set(group, this.#only.has(group) ? null : server)
  }
}

/** Numbers the resources of a body in the order of the walk. */
export class ResourceNumbers {
  #last: object | undefined
  #number = 0

  of({ resource }: SpanLike): number {
    if (resource !== this.#last) this.#number++
    this.#last = resource
    return this.#number
  }
}

function keyOf({ traceId, spanId }: SpanContextLike): string {
  return `${traceId}-${spanId}`
}

function groupOf(span: SpanLike, resource: number): string {
  return `${span.spanContext().traceId}-${resource}`
}
