import type { IncomingMessage } from 'node:http'
import type { Span } from '@opentelemetry/api'
import { randomId } from '../src/common/random-id.js'
import { bindServerSpan, createRequestScope, releaseTrace } from '../src/scope/current.js'
import type { Scope } from '../src/scope/scope.js'
import { millisToIso } from '../src/translate/time.js'
import type { Breadcrumb, RequestDetail } from '../src/wire/log.js'
import type { RequestEntry } from '../src/wire/request-entry.js'
import type { Answer } from './answer.js'
import { type Caller, callerOf } from './caller.js'
import { capturedUser, type UserOfRequest, userOfRequest } from './captured-user.js'
import { type EntrySink, loseEntry } from './entry-sink.js'
import type { RequestHead } from './request-head.js'
import { requestIdOf, sessionIdOf } from './request-ids.js'
import type { RequestEntrySettings } from './request-options.js'
import { routeOf } from './route.js'
import type { RpcMetadata } from './rpc-metadata.js'
import { parseTarget, type Target } from './target.js'

/** The status of a request whose client closed the connection before the answer. */
const CLIENT_CLOSED_REQUEST = 499

const NODE_VERSION = process.versions.node

/** One incoming request, from its head until its request entry is written. */
export class OpenRequest {
  readonly scope: Scope
  /** The request object for frameworks and `captureUser`. */
  request: RequestHead
  readonly #answer: Answer
  readonly #sink: EntrySink
  readonly #settings: RequestEntrySettings
  readonly #startMs: number
  readonly #startedAt: number
  // Read at the beginning: a mounted router rewrites the URL, and a closed socket has no address.
  readonly #target: Target
  readonly #caller: Caller
  readonly #detail: RequestDetail
  readonly #userOf: UserOfRequest | undefined
  #rpc: RpcMetadata | undefined
  #framework: { readonly request: object; readonly route: string | undefined } | undefined
  #hasFinished = false
  #isOver = false

  constructor(
    request: RequestHead,
    answer: Answer,
    sink: EntrySink,
    settings: RequestEntrySettings,
    newId: () => string = randomId,
  ) {
    this.request = request
    this.#answer = answer
    this.#sink = sink
    this.#settings = settings
    this.#startMs = sink.clock.monotonic()
    this.#startedAt = sink.clock.now()
    this.#target = parseTarget(request.url ?? '/')
    this.#caller = callerOf(request, settings.trustProxy)
    this.#detail = this.#describe()
    const { captureUser } = settings
    if (captureUser !== false) {
      this.#userOf = userOfRequest(
        () => capturedUser(captureUser, this.request as IncomingMessage, this.#framework?.request),
        () => sink.ledger.drop('hook_error'),
      )
    }
    const { requestId, requestIdIsOurs } = requestIdOf(request.headers, newId)
    this.scope = createRequestScope({
      requestId,
      requestIdIsOurs,
      sessionId: sessionIdOf(request.headers),
      request: this.#detail,
      breadcrumb: sink.settings.breadcrumbs.requests
        ? breadcrumbOf(this.#detail, this.#target.path, this.#startedAt)
        : undefined,
      captureUser: this.#userOf?.read,
    })
    this.scope.watchAnswer(() => answer.begunStatus)
  }

  /**
   * Gives the request its server span, and the RPC metadata where its framework's instrumentation will write the route.
   */
  attachSpan(span: Span | undefined, rpc: RpcMetadata | undefined): void {
    this.#rpc ??= rpc
    if (span !== undefined) bindServerSpan(span.spanContext(), this.scope)
  }

  /** Gives the request the framework's own request object, and the route template that the framework matched. */
  attachFramework(request: object, route: string | undefined): void {
    this.#framework = { request, route }
  }

  /** Whether the answer still waits behind other answers on its connection. */
  get isWaiting(): boolean {
    return this.#answer.isWaiting
  }

  get hasSpan(): boolean {
    return this.#rpc !== undefined
  }

  /** Called when the whole answer was handed to the socket. */
  finish(): void {
    this.#hasFinished = true
  }

  /** Ends the request, whether it was answered or broke off. Writes the request entry, once. */
  close(): void {
    if (this.#isOver) return
    this.#isOver = true
    const status = this.#answer.status(this.#hasFinished) ?? CLIENT_CLOSED_REQUEST
    const durationMs = Math.round((this.#sink.clock.monotonic() - this.#startMs) * 1000) / 1000
    this.#userOf?.finish()
    this.scope.answer(status, durationMs, this.#hasFinished)
    const { trace } = this.scope
    if (trace !== undefined) releaseTrace(trace.trace_id, this.scope)
    if (this.#settings.isIgnored(this.#target.path)) return
    this.#sink.request(this.#entry(status, durationMs), this.scope)
  }

  /** Called when a getter or pattern of the application threw: the request gets no entry, and is counted. */
  discard(): void {
    loseEntry(this.#sink)
  }

  #entry(status: number, durationMs: number): RequestEntry {
    const { host, scheme } = this.#caller
    const { method = 'GET', path = '/', ip, user_agent } = this.#detail
    const entry: RequestEntry = {
      method,
      path,
      status_code: status,
      duration_ms: durationMs,
      request_id: this.scope.requestId ?? '',
      scheme,
      runtime: 'node',
      runtime_version: NODE_VERSION,
      timestamp: millisToIso(this.#startedAt),
    }
    const route = routeOf({
      request: this.request,
      path: this.#target.path,
      status,
      reported: this.#framework?.route,
      written: this.#rpc?.route ?? this.scope.route,
    })
    if (route !== undefined) entry.route = route
    if (ip !== undefined) entry.ip = ip
    if (user_agent !== undefined) entry.user_agent = user_agent
    if (host !== undefined) entry.host = host
    return entry
  }

  #describe(): RequestDetail {
    const { host, scheme, ip } = this.#caller
    const { method = 'GET', headers } = this.request
    const path = this.#settings.includeQuery ? this.#target.path + this.#target.query : this.#target.path
    const detail: RequestDetail = {
      method,
      path,
      url: host === undefined ? path : `${scheme}://${host}${path}`,
    }
    if (ip !== undefined && this.#settings.captureIp) detail.ip = ip
    const userAgent = headers['user-agent']
    if (userAgent !== undefined) detail.user_agent = userAgent
    return detail
  }
}

/**
 * The returned function must reference no more than these facts, because a scope outlives its request.
 * @param path without the query: secrets are scrubbed in `data.url`, but not in a message
 */
function breadcrumbOf({ method, url }: RequestDetail, path: string, startedAt: number): () => Breadcrumb {
  return () => ({
    type: 'http',
    category: 'request',
    message: `${method} ${path}`,
    level: 'info',
    timestamp: millisToIso(startedAt),
    data: { method, url },
  })
}
