import { SPAN_KIND, type SpanContextLike, type SpanLike } from '../translate/otel.js'
import { spanHttp } from '../translate/span-http.js'
import { type OtlpSpan, TURN, type Turn } from './decode/shapes.js'
import { bytesOf, type Growth } from './growth.js'
import { nextTurn } from './turns.js'

const MOST_STEPS = 200

/** Approximate memory for one span, in bytes. */
export const NODE_BYTES = 500

interface Node {
  readonly parent: string | undefined
  readonly server: Server | undefined
}

/** A server span. */
interface Server {
  /** Decodes the span once more. */
  readonly again: () => OtlpSpan
  /** Bytes that its request takes in a log, at most. */
  readonly requestBytes: number
}

/**
 * Finds the server span of the request that a span belongs to, among the spans of the same body. Only ids are kept in
 * memory; the server span is decoded again when it is needed.
 */
export class ServerSpans {
  readonly #nodes = new Map<string, Node>()
  /** By trace and service: the only server span, or null when there are several. */
  readonly #only = new Map<string, Server | null>()
  #last: { readonly server: Server; readonly span: OtlpSpan } | undefined

  /**
   * @param exceptions how many exceptions a span recorded, by the index of the span
   * @param growth counts the requests that go into the logs of these exceptions
   * @throws {TooMuchError} when these are too much
   */
  static async of(
    spans: Iterable<OtlpSpan | Turn>,
    exceptions: ReadonlyMap<number, number>,
    growth: Growth,
  ): Promise<ServerSpans> {
    const known = new ServerSpans()
    const resources = new ResourceNumbers()
    /** The spans with exceptions. Their requests are known when all spans are. */
    const recorded: { key: string; group: string; count: number }[] = []
    let index = 0
    for (const span of spans) {
      const turn = nextTurn()
      if (turn !== undefined) await turn
      if (span === TURN) continue
      const resource = resources.of(span)
      const key = known.#add(span, resource)
      const count = exceptions.get(index++)
      if (count !== undefined) recorded.push({ key, group: groupOf(span, resource), count })
    }
    for (const { key, group, count } of recorded) {
      const turn = nextTurn()
      if (turn !== undefined) await turn
      growth.add(known.#find(key, group)?.requestBytes ?? 0, count)
    }
    return known
  }

  /**
   * The span itself, its nearest ancestor, or, when an ancestor is missing, the only server span of its trace and
   * service.
   * @param resource index of the span's resource, from {@link ResourceNumbers}
   */
  serverOf(span: SpanLike, resource: number): OtlpSpan | undefined {
    const server = this.#find(keyOf(span.spanContext()), groupOf(span, resource))
    if (server === undefined) return undefined
    if (this.#last?.server !== server) this.#last = { server, span: server.again() }
    return this.#last.span
  }

  #find(from: string, group: string): Server | undefined {
    let key: string | undefined = from
    for (let step = 0; key !== undefined && step < MOST_STEPS; step++) {
      const node: Node | undefined = this.#nodes.get(key)
      if (node?.server !== undefined) return node.server
      key = node?.parent
    }
    return this.#only.get(group) ?? undefined
  }

  /** Gives the key of the span. */
  #add(span: OtlpSpan, resource: number): string {
    const { parentSpanContext, again, attributes } = span
    const isServer = span.kind === SPAN_KIND.server
    const server = isServer ? { again, requestBytes: bytesOf(() => spanHttp(attributes)) } : undefined
    const parent = parentSpanContext && keyOf(parentSpanContext)
    const key = keyOf(span.spanContext())
    this.#nodes.set(key, { parent, server })
    if (server !== undefined) {
      const group = groupOf(span, resource)
      this.#only.set(group, this.#only.has(group) ? null : server)
    }
    return key
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
