import type { RequestFacts } from '../src/scope/scope.js'
import { millisToIso } from '../src/translate/time.js'
import type { Breadcrumb, RequestDetail, User } from '../src/wire/log.js'
import { callerOf } from './caller.js'
import type { RequestHead } from './request-head.js'
import { requestIdOf, sessionIdOf } from './request-ids.js'
import type { RequestEntrySettings } from './request-options.js'
import { parseTarget } from './target.js'

export interface FactsOptions {
  readonly settings: RequestEntrySettings
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  readonly hasBreadcrumb: boolean
  readonly captureUser: (() => User | undefined) | undefined
  readonly newId: () => string
}

/**
 * What is known of a request from its head. All is read at the beginning, because a mounted router rewrites the URL and
 * a closed socket has no address. Nothing here references the request, because a scope outlives its request.
 *
 * It is one object, and what only a log needs is put together when a log asks for it: most requests write none.
 */
export class HttpFacts implements RequestFacts {
  readonly requestId: string
  readonly requestIdIsOurs: boolean
  readonly sessionId: string | undefined
  readonly captureUser: (() => User | undefined) | undefined
  readonly method: string
  /** Without the query. */
  readonly path: string
  /** With the query where the options keep it. */
  readonly target: string
  readonly host: string | undefined
  readonly scheme: string
  /** Undefined where the options do not keep it. */
  readonly ip: string | undefined
  readonly userAgent: string | undefined
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  readonly #hasBreadcrumb: boolean

  constructor(
    { method = 'GET', url = '/', headers, socket }: RequestHead,
    { settings, startedAt, hasBreadcrumb, captureUser, newId }: FactsOptions,
  ) {
    const { requestId, requestIdIsOurs } = requestIdOf(headers, newId)
    const { path, query } = parseTarget(url)
    const { ip, host, scheme } = callerOf(headers, socket, settings.trustProxy)
    this.requestId = requestId
    this.requestIdIsOurs = requestIdIsOurs
    this.sessionId = sessionIdOf(headers)
    this.captureUser = captureUser
    this.method = method
    this.path = path
    this.target = settings.includeQuery ? path + query : path
    this.host = host
    this.scheme = scheme
    this.ip = settings.captureIp ? ip : undefined
    this.userAgent = headers['user-agent']
    this.startedAt = startedAt
    this.#hasBreadcrumb = hasBreadcrumb
  }

  get request(): RequestDetail {
    const detail: RequestDetail = { method: this.method, path: this.target, url: this.#url }
    if (this.ip !== undefined) detail.ip = this.ip
    if (this.userAgent !== undefined) detail.user_agent = this.userAgent
    return detail
  }

  get breadcrumb(): (() => Breadcrumb) | undefined {
    if (!this.#hasBreadcrumb) return undefined
    return () => ({
      type: 'http',
      category: 'request',
      // Without the query: secrets are scrubbed in `data.url`, but not in a message.
      message: `${this.method} ${this.path}`,
      level: 'info',
      timestamp: millisToIso(this.startedAt),
      data: { method: this.method, url: this.#url },
    })
  }

  get #url(): string {
    return this.host === undefined ? this.target : `${this.scheme}://${this.host}${this.target}`
  }
}
