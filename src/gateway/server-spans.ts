import { SPAN_KIND, type SpanContextLike, type SpanLike } from '../translate/otel.js'
import type { OtlpSpan } from './decode/shapes.js'

const MOST_STEPS = 200

interface Node {
  readonly parent: string | undefined
  readonly server: OtlpSpan | undefined
}

/** Finds the server span of the request that a span is part of, as far as the same body holds it. */
export class ServerSpans {
  readonly #nodes = new Map<string, Node>()
  /** By trace and resource: the only server span there, or null when there are several. */
  readonly #only = new Map<string, Map<object, OtlpSpan | null>>()

  constructor(spans: Iterable<OtlpSpan>) {
    for (const span of spans) {
      const server = span.kind === SPAN_KIND.server ? span : undefined
      const { parentSpanContext } = span
      const parent = parentSpanContext && keyOf(parentSpanContext)
      this.#nodes.set(keyOf(span.spanContext()), { parent, server })
      if (server !== undefined) this.#note(server)
    }
  }

  /** The span itself, the nearest above it, or, where the chain has a gap, the only one of its trace and service. */
  of(span: SpanLike): OtlpSpan | undefined {
    let key: string | undefined = keyOf(span.spanContext())
    for (let step = 0; key !== undefined && step < MOST_STEPS; step++) {
      const node: Node | undefined = this.#nodes.get(key)
      if (node?.server !== undefined) return node.server
      key = node?.parent
    }
    return this.#only.get(span.spanContext().traceId)?.get(span.resource) ?? undefined
  }

  #note(server: OtlpSpan): void {
    const { traceId } = server.spanContext()
    const byResource = this.#only.get(traceId) ?? new Map<object, OtlpSpan | null>()
    this.#only.set(traceId, byResource)
    byResource.set(server.resource, byResource.has(server.resource) ? null : server)
  }
}

function keyOf({ traceId, spanId }: SpanContextLike): string {
  return `${traceId}-${spanId}`
}
