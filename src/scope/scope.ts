import type { Breadcrumb, Fields, RequestDetail, Trace, User } from '../wire/log.js'
import { BreadcrumbRing, type Crumb } from './breadcrumb-ring.js'
import { roughBytes } from './weight.js'

/** What the entry point knows of a request, or of another call from outside. */
export interface RequestFacts {
  readonly requestId: string
  /** True when this package generated the id. Redaction then leaves the id alone. */
  readonly requestIdIsOurs: boolean
  readonly sessionId?: string | undefined
  /**
   * The facts known so far. The scope adds status and duration once answered. Undefined for a call that is not HTTP.
   */
  readonly request?: RequestDetail | undefined
  /** Its first breadcrumb, formatted only when an error needs it. Must not throw. */
  readonly breadcrumb?: (() => Breadcrumb) | undefined
  /** Called for the user of each log while nobody has called `setUser`. Should not throw. */
  readonly captureUser?: (() => User | undefined) | undefined
}

/** Receives the status of the request's answer, or undefined when the status will never be known. */
export type OnAnswered = (status: number | undefined) => void

const DEFAULT_MAX_BREADCRUMBS = 100
const MAX_CONTEXT_KEYS = 512
const MAX_TAGS = 256
const MAX_ANSWER_HOOKS = 128

/**
 * The data that applies where the code runs: to the process, to one request in it, or to a piece of work (`withScope`)
 * in either. A scope inherits from its parent what it does not set itself, at the time of reading. What is set on the
 * process later therefore applies to running requests too, and what a request sets wins. Breadcrumbs are the exception:
 * those of the process do not appear in requests, because they come from unrelated work.
 */
export class Scope {
  readonly parent: Scope | undefined
  readonly #facts: RequestFacts | undefined
  #requestScope: Scope | undefined
  #user: User | null | undefined
  #context: Fields | undefined
  #tags: readonly string[] | undefined
  #sessionId: string | null | undefined
  #maxBreadcrumbs: number | undefined
  #breadcrumbs: BreadcrumbRing | undefined
  #trace: Trace | undefined
  #route: string | undefined
  #status: number | undefined
  #durationMs: number | undefined
  #answered = false
  /** The status of an answer that has begun. Released at the end, because a scope outlives its request. */
  #readAnswering: (() => number | undefined) | undefined
  #answeredAtMs = 0
  /** Whether the answer was complete. Failures before a complete answer are judged by its status. */
  #isWhole = true
  #answerHooks: OnAnswered[] | undefined
  #askingUser = false

  constructor(parent?: Scope, request?: RequestFacts) {
    this.parent = parent
    this.#requestScope = request === undefined ? parent?.requestScope : this
    this.#facts = request
  }

  /** The nearest scope, this one included, that belongs to an HTTP request. */
  get requestScope(): Scope | undefined {
    return this.#requestScope
  }

  /** The user set here, else the one captured from the request, else the parent's. */
  get user(): User | undefined {
    if (this.#user !== undefined) return this.#user ?? undefined
    return this.#capturedUser() ?? this.parent?.user
  }

  /** @param user undefined clears: logs have no user then, whatever the parent has */
  setUser(user: User | undefined): void {
    this.#user = user ?? null
  }

  /** Metadata of every log written in this scope: the parent's, overridden by this scope's, key by key. */
  get context(): Fields | undefined {
    const inherited = this.parent?.context
    if (this.#context === undefined) return inherited
    return inherited === undefined ? { ...this.#context } : { ...inherited, ...this.#context }
  }

  /** Adds to this scope's context, key by key. Undefined empties it, but not the parent's. */
  setContext(fields: Fields | undefined): void {
    if (fields === undefined) {
      this.#context = undefined
      return
    }
    const entries = Object.entries({ ...this.#context, ...fields })
    this.#context = Object.fromEntries(entries.slice(0, MAX_CONTEXT_KEYS))
  }

  get tags(): readonly string[] | undefined {
    return this.#tags ?? this.parent?.tags
  }

  /** Replaces the tags, the parent's included. Undefined makes the parent's apply again. */
  setTags(tags: readonly string[] | undefined): void {
    this.#tags = tags === undefined ? undefined : Object.freeze(tags.slice(0, MAX_TAGS))
  }

  get sessionId(): string | undefined {
    if (this.#sessionId !== undefined) return this.#sessionId ?? undefined
    return this.#facts?.sessionId ?? this.parent?.sessionId
  }

  /** @param id undefined clears: logs have no session then, whatever the request or the parent has */
  setSession(id: string | undefined): void {
    this.#sessionId = id ?? null
  }

  get requestId(): string | undefined {
    return this.#facts?.requestId ?? this.parent?.requestId
  }

  /** True when this package generated the request's id and the caller did not send one. */
  get requestIdIsOurs(): boolean {
    return this.#facts?.requestIdIsOurs ?? this.parent?.requestIdIsOurs ?? false
  }

  /** The request's facts so far, as a new object. */
  get request(): RequestDetail | undefined {
    const known = this.#facts?.request
    if (known === undefined) return this.parent?.request
    const request = { ...known }
    if (this.#status !== undefined) request.status_code = this.#status
    if (this.#durationMs !== undefined) request.duration_ms = this.#durationMs
    return request
  }

  /** The request's server span, for logs written where no span is active; see `bindServerSpan`. */
  get trace(): Trace | undefined {
    return this.#trace ?? this.parent?.trace
  }

  setTrace(trace: Trace): void {
    this.#trace = trace
  }

  /** The route template of the request. Undefined until a span reports it. */
  get route(): string | undefined {
    return this.#route
  }

  setRoute(route: string): void {
    this.#route = route
  }

  get maxBreadcrumbs(): number {
    return this.#maxBreadcrumbs ?? this.parent?.maxBreadcrumbs ?? DEFAULT_MAX_BREADCRUMBS
  }

  /** Sets the most breadcrumbs kept here, and in scopes below that have none yet. Default: 100. */
  limitBreadcrumbs(max: number): void {
    this.#maxBreadcrumbs = max
    this.#breadcrumbs = this.#breadcrumbs?.copy(max)
  }

  addBreadcrumb(crumb: Crumb): void {
    this.#breadcrumbs ??= new BreadcrumbRing(this.maxBreadcrumbs)
    this.#breadcrumbs.add(crumb)
  }

  /** Removes breadcrumbs that were added, found by identity. */
  forgetBreadcrumbs(crumbs: ReadonlySet<Crumb>): void {
    if (crumbs.size > 0) this.#breadcrumbs = this.#breadcrumbs?.without(crumbs)
  }

  /** Estimated bytes of memory that this scope alone holds. */
  get bytes(): number {
    return (
      (this.#breadcrumbs?.bytes ?? 0) +
      roughBytes([this.#user, this.#context, this.#tags, this.#facts?.request])
    )
  }

  /** The breadcrumbs, formatted, oldest first. Inside a request or job they include those of the scopes around it. */
  breadcrumbs(): Breadcrumb[] {
    const own = this.#ownBreadcrumbs()
    // The breadcrumbs of the outermost scope, the process, are left out.
    const around = this.parent?.parent === undefined ? [] : this.parent.breadcrumbs()
    if (around.length === 0) return own
    const byTime = (a: Breadcrumb, b: Breadcrumb) =>
      a.timestamp < b.timestamp ? -1 : a.timestamp > b.timestamp ? 1 : 0
    const all = [...around, ...own].sort(byTime)
    return all.slice(Math.max(0, all.length - this.maxBreadcrumbs))
  }

  /** True once the request around this scope has been answered. */
  get answered(): boolean {
    const request = this.#requestScope
    return request === this ? this.#answered : (request?.answered ?? false)
  }

  /**
   * The status of the request's answer, from the time at which its head was sent to its end. Undefined before and after,
   * and where it is not known.
   */
  get answering(): number | undefined {
    const request = this.#requestScope
    return request === this ? this.#readAnswering?.() : request?.answering
  }

  /** @param read gives the status of an answer whose head was sent, else undefined */
  watchAnswer(read: () => number | undefined): void {
    if (!this.#answered) this.#readAnswering = read
  }

  /**
   * Ends the request. The entry point calls this once, on the request's own scope only.
   * @param status undefined where the status is not known
   * @param durationMs milliseconds
   * @param isWhole false for an answer that broke off
   */
  answer(status: number | undefined, durationMs: number | undefined, isWhole = true): void {
    if (this.#answered) return
    this.#answered = true
    this.#readAnswering = undefined
    // The monotonic clock, because the system clock may be set back meanwhile.
    this.#answeredAtMs = performance.now()
    this.#isWhole = isWhole
    this.#status = status
    this.#durationMs = durationMs
    const hooks = this.#answerHooks ?? []
    this.#answerHooks = undefined
    for (const hook of hooks) this.#callWithStatus(hook)
  }

  /**
   * Calls the hook once with the status of the request around this scope: when the request is answered, or at once when
   * it already is. The status is undefined where there is no request, where the answer broke off, and where `atMs` is
   * after the answer. Where more than 128 hooks wait, the oldest is called with undefined.
   * @param atMs when the failure happened, on the monotonic clock (`performance.now`); default: now
   */
  onAnswered(hook: OnAnswered, atMs = Number.POSITIVE_INFINITY): void {
    const request = this.#requestScope
    if (request === undefined) callHook(hook, undefined)
    else if (request !== this) request.onAnswered(hook, atMs)
    else if (!this.#answered) this.#wait(hook)
    else if (atMs > this.#answeredAtMs) callHook(hook, undefined)
    else this.#callWithStatus(hook)
  }

  /** A scope with the values this one has now, whatever is set later here or above. */
  snapshot(): Scope {
    const { request, requestId } = this
    const facts =
      requestId === undefined ? undefined : { request, requestId, requestIdIsOurs: this.requestIdIsOurs }
    const copy = new Scope(undefined, facts)
    copy.#requestScope = this.#requestScope
    copy.#user = this.user ?? null
    copy.#context = this.context
    copy.#tags = this.tags
    copy.#sessionId = this.sessionId ?? null
    copy.#trace = this.trace
    copy.#maxBreadcrumbs = this.maxBreadcrumbs
    for (const crumb of this.breadcrumbs()) copy.addBreadcrumb(crumb)
    return copy
  }

  #ownBreadcrumbs(): Breadcrumb[] {
    const later = this.#breadcrumbs?.read() ?? []
    const first = this.#facts?.breadcrumb
    return first === undefined || later.length >= this.maxBreadcrumbs ? later : [first(), ...later]
  }

  #callWithStatus(hook: OnAnswered): void {
    callHook(hook, this.#isWhole ? this.#status : undefined)
  }

  #wait(hook: OnAnswered): void {
    this.#answerHooks ??= []
    this.#answerHooks.push(hook)
    const oldest = this.#answerHooks.length > MAX_ANSWER_HOOKS ? this.#answerHooks.shift() : undefined
    if (oldest !== undefined) callHook(oldest, undefined)
  }

  #capturedUser(): User | undefined {
    // Without this check, a captureUser that writes a log would be called for its own log, endlessly.
    if (this.#facts?.captureUser === undefined || this.#askingUser) return undefined
    this.#askingUser = true
    try {
      return this.#facts.captureUser()
    } catch {
      return undefined
    } finally {
      this.#askingUser = false
    }
  }
}

function callHook(hook: OnAnswered, status: number | undefined): void {
  try {
    hook(status)
  } catch {
    // A hook that throws affects only its own caller.
  }
}
