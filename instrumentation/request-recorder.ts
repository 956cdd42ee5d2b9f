import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import type { ServerHttp2Stream } from 'node:http2'
import { ownServers } from '../src/common/own-servers.js'
import { shared } from '../src/common/shared.js'
import type { PipelineHandle } from '../src/pipeline/registry.js'
import { noteLateRequest } from '../src/scope/current.js'
import { type Answer, answerOfResponse, answerOfStream } from './answer.js'
import { follow } from './emitters.js'
import { type EntrySink, loseEntry } from './entry-sink.js'
import { followStreams, isHttp2Server } from './http2.js'
import { OpenRequest } from './open-request.js'
import { openRequestOf } from './open-requests.js'
import type { RequestHead } from './request-head.js'
import {
  type RequestEntryOptions,
  type RequestEntrySettings,
  resolveRequestEntryOptions,
} from './request-options.js'
import { type RequestStart, requestsUnderWay } from './requests-under-way.js'
import { warnOfTwo } from './two-instrumentations.js'
import { followUpgrades } from './upgrades.js'

/** Node publishes every request here, patched or not, before the application sees it. */
const REQUEST_START = 'http.server.request.start'
/** Node publishes every connection to a server here, before anything is read from it. */
const CONNECTION = 'net.server.socket'
/** Fastify publishes the matched route here. */
const FASTIFY_HANDLER = 'tracing:fastify.request.handler:start'

interface FastifyHandler {
  readonly request: { readonly raw: IncomingMessage }
  readonly route?: { readonly url?: string }
}

/** A pipeline handle, reduced to what this entry point uses. */
export type RecorderHandle = { readonly pipeline: EntrySink } & Pick<PipelineHandle, 'end'>

const late = shared('requests-under-way', () => ({ areKnown: false }))
const openRecorders = shared('request-recorders', () => new Set<unknown>())

/**
 * The only producer of request entries. It creates a scope for every request that Node's diagnostics channel reports,
 * and writes the request entry when the request is over. Where two recorders are open, the one that opened first takes
 * the request.
 */
export class RequestRecorder {
  readonly #handle: RecorderHandle
  #settings: RequestEntrySettings

  /** @throws LognitorError for a wrong option */
  constructor(handle: RecorderHandle, options: RequestEntryOptions) {
    this.#handle = handle
    this.#settings = resolveRequestEntryOptions(options)
  }

  /** @throws LognitorError for a wrong option; nothing is changed then */
  configure(options: RequestEntryOptions): void {
    this.#settings = resolveRequestEntryOptions(options)
  }

  open(): void {
    if (openRecorders.has(this)) return
    openRecorders.add(this)
    if (openRecorders.size > 1) warnOfTwo()
    subscribe(REQUEST_START, this.#begin)
    subscribe(CONNECTION, this.#onConnection)
    subscribe(FASTIFY_HANDLER, learnFastifyRoute)
    this.#beginLate()
  }

  /** Takes no new requests. Requests that have begun still get their request entry. */
  close(): void {
    if (!openRecorders.delete(this)) return
    unsubscribe(REQUEST_START, this.#begin)
    unsubscribe(CONNECTION, this.#onConnection)
    if (openRecorders.size === 0) unsubscribe(FASTIFY_HANDLER, learnFastifyRoute)
  }

  /** Closes and flushes, within 10 s. Never rejects. */
  async end(): Promise<void> {
    this.close()
    await this.#handle.end(10_000)
  }

  // Node rethrows what a subscriber throws as an uncaught exception, so nothing may be thrown from here.
  readonly #begin = (message: unknown): void => {
    try {
      const { request, response, server } = message as RequestStart
      if (ownServers.has(server) || openRequestOf(request)?.request === request) return
      follow(this.#openRequest(request, answerOfResponse(response)), response, server)
    } catch {
      loseEntry(this.#handle.pipeline)
    }
  }

  /**
   * Begins the requests that are already running: Next.js sets up instrumentations within its first request. Requests
   * that run at a later `enable()` are not taken.
   */
  #beginLate(): void {
    if (late.areKnown) return
    late.areKnown = true
    try {
      for (const start of requestsUnderWay()) {
        this.#begin(start)
        const open = openRequestOf(start.request)
        if (open !== undefined) noteLateRequest(open.scope)
      }
    } catch {
      // The list of handles is an internal of Node. Without it only these first requests are missing.
    }
  }

  readonly #onConnection = (message: unknown): void => {
    const { server } = (message as { socket: { server?: object } }).socket
    if (server === undefined || ownServers.has(server)) return
    if (isHttp2Server(server)) followStreams(server, this.#beginStream)
    followUpgrades(server, this.#beginUpgrade)
  }

  readonly #beginStream = (head: RequestHead, stream: ServerHttp2Stream): OpenRequest | undefined =>
    this.#tryToOpen(head, answerOfStream(stream))

  readonly #beginUpgrade = (request: IncomingMessage, answer: Answer): OpenRequest | undefined => {
    const open = this.#tryToOpen(request, answer)
    // An upgraded connection may last for days, so its failures are logged without waiting for its end.
    open?.scope.answer(undefined, undefined)
    return open
  }

  #tryToOpen(request: RequestHead, answer: Answer): OpenRequest | undefined {
    if (!openRecorders.has(this)) return undefined
    try {
      return this.#openRequest(request, answer)
    } catch {
      loseEntry(this.#handle.pipeline)
      return undefined
    }
  }

  #openRequest(request: RequestHead, answer: Answer): OpenRequest {
    return new OpenRequest(request, answer, this.#handle.pipeline, this.#settings)
  }
}

function learnFastifyRoute(message: unknown): void {
  const { request, route } = message as FastifyHandler
  const open = openRequestOf(request.raw)
  if (open === undefined) return
  open.attachFramework(request, route?.url)
}
