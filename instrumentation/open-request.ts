import type { IncomingMessage } from 'node:http'
import type { Span } from '@opentelemetry/api'
import { randomId } from '../src/common/random-id.js'
import { bindServerSpan, createRequestScope, releaseTrace } from '../src/scope/current.js'
import type { Scope } from '../src/scope/scope.js'
import { millisToIso } from '../src/translate/time.js'
import type { RequestEntry } from '../src/wire/request-entry.js'
import type { Answer } from './answer.js'
import { type CaptureUser, capturedUser, type UserOfRequest, userOfRequest } from './captured-user.js'
import { type EntrySink, loseEntry } from './entry-sink.js'
import { HttpFacts } from './request-facts.js'
import type { RequestHead } from './request-head.js'
import type { RequestEntrySettings } from './request-options.js'
import { routeOf } from './route.js'
import type { RpcMetadata } from './rpc-metadata.js'

/** The status of a request whose client closed the connection before the answer. */
const CLIENT_CLOSED_REQUEST = 499

const NODE_VERSION = process.versions.node

/** One incoming request, from its head until its request entry is written. */
export class OpenRequest {
  readonly scope: Scope
  /** The request object for frameworks and `captureUser`. */
  request: RequestHead
  /** Whether the end of the connection ends this request, unless its answer's turn comes before. */
  endsWithConnection = false
  readonly #answer: Answer
  readonly #sink: EntrySink
  readonly #settings: RequestEntrySettings
  readonly #startMs: number
  readonly #facts: HttpFacts
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
    this.#userOf = settings.captureUser === false ? undefined : this.#followUser(settings.captureUser)
    this.#facts = new HttpFacts(request, {
      settings,
      startedAt: sink.clock.now(),
      hasBreadcrumb: sink.settings.breadcrumbs.requests,
      captureUser: this.#userOf?.read,
      newId,
    })
    this.scope = createRequestScope(this.#facts)
    this.scope.watchAnswer(() => this.#answer.begunStatus)
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
    return !this.#hasFinished && !this.#isOver && this.#answer.isWaiting
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
    if (this.#settings.isIgnored(this.#facts.path)) return
    this.#sink.request(this.#entry(status, durationMs), this.scope)
  }

  /** Called when a getter or pattern of the application threw: the request gets no entry, and is counted. */
  discard(): void {
    loseEntry(this.#sink)
  }

  #followUser(capture: Exclude<CaptureUser, false>): UserOfRequest {
    return userOfRequest(
      () => capturedUser(capture, this.request as IncomingMessage, this.#framework?.request),
      () => this.#sink.ledger.drop('hook_error'),
    )
  }

  #entry(status: number, durationMs: number): RequestEntry {
    const { method, path, target, host, scheme, ip, userAgent, requestId, startedAt } = this.#facts
    const entry: RequestEntry = {
      method,
      path: target,
      status_code: status,
      duration_ms: durationMs,
      request_id: requestId,
      scheme,
      runtime: 'node',
      runtime_version: NODE_VERSION,
      timestamp: millisToIso(startedAt),
    }
    const route = routeOf({
      request: this.request,
      path,
      status,
      reported: this.#framework?.route,
      written: this.#rpc?.route ?? this.scope.route,
    })
    if (route !== undefined) entry.route = route
    if (ip !== undefined) entry.ip = ip
    if (userAgent !== undefined) entry.user_agent = userAgent
    if (host !== undefined) entry.host = host
    return entry
  }
}
