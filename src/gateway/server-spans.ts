import { SPAN_KIND, type SpanContextLike, type SpanLike } from '../translate/otel.js'
import { type OtlpSpan, TURN, type Turn } from './decode/shapes.js'
import { nextTurn } from './turns.js'

const MOST_STEPS = 200

/** About what is held of one span. */
export const NODE_BYTES = 400

interface Node {
  readonly parent: string | undefined
  /** Reads the span once more, when it is a server's. */
  readonly server: (() => OtlpSpan) | undefined
}

/**
 * Finds the server span of the request that a span is part of, as far as the same body holds it. What it holds of each
 * span are the ids; the server's own is read again where it is asked for.
 */
export class ServerSpans {
  readonly #nodes = new Map<string, Node>()
  /** By trace and service: the only server span there, or null when there are several. */
  readonly #only = new Map<string, Node['server'] | null>()
  #last: { readonly server: Node['server']; readonly span: OtlpSpan } | undefined

  static async of(spans: Iterable<OtlpSpan | Turn>): Promise<ServerSpans> {
    const known = new ServerSpans()
    const places = new Places()
    for (const span of spans) {
      const turn = nextTurn()
      if (turn !== undefined) await turn
      if (span !== TURN) known.#add(span, places.of(span))
    }
    return known
  }

  /**
   * The span itself, the nearest above it, or, where the chain has a gap, the only one of its trace and service.
   * @param place where the span stands, as {@link Places} counts it
   */
  serverOf(span: SpanLike, place: number): OtlpSpan | undefined {
    const server = this.#find(span, place)
    if (server === undefined) return undefined
    if (this.#last?.server !== server) this.#last = { server, span: server() }
    return this.#last.span
  }

  #find(span: SpanLike, place: number): Node['server'] {
    let key: string | undefined = keyOf(span.spanContext())
    for (let step = 0; key !== undefined && step < MOST_STEPS; step++) {
      const node: Node | undefined = this.#nodes.get(key)
      if (node?.server !== undefined) return node.server
      key = node?.parent
    }
    return this.#only.get(groupOf(span, place)) ?? undefined
  }

  #add(span: OtlpSpan, place: number): void {
    const { parentSpanContext, again } = span
    const server = span.kind === SPAN_KIND.server ? again : undefined
    const parent = parentSpanContext && keyOf(parentSpanContext)
    this.#nodes.set(keyOf(span.spanContext()), { parent, server })
    if (server === undefined) return
    const group = groupOf(span, place)
    this.#only.set(group, this.#only.has(group) ? null : server)
  }
}

/** Numbers the resources of a body, in the order in which a walk comes to them. */
export class Places {
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

function groupOf(span: SpanLike, place: number): string {
  return `${span.spanContext().traceId}-${place}`
}
