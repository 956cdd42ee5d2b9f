import type { Clock } from '../common/clock.js'
import { outside } from '../common/outside.js'
import { shared } from '../common/shared.js'
import { USER_AGENT } from '../common/version.js'
import { CircuitBreaker } from './circuit-breaker.js'
import { type ServiceLimits, serviceLimits } from './endpoint-limits.js'
import type { Posted, WatchedTransport } from './http/post.js'
import { createUploader, type Uploader, type UploadOptions } from './http/uploader.js'

/** Address and credentials that requests are sent with. */
export interface Target {
  readonly apiUrl: string
  readonly apiKey: string
  /** The address of the proxy, false for none, undefined for the environment's. */
  readonly proxy: string | false | undefined
  readonly transport: WatchedTransport
  /** The transport was given by the user, so its target is unknown. */
  readonly hasOwnTransport: boolean
}

export interface DestinationParts {
  readonly clock: Clock
  readonly random: () => number
}

/**
 * How many destinations send through a transport. An application may give one transport to several clients; the last
 * one that has used it closes it.
 */
const users = shared('transports', () => new WeakMap<WatchedTransport, number>())

/**
 * A {@link Target}, its circuit breaker and its learnt limits. A batch keeps its destination from the moment it has an
 * id. `reconfigure` creates a new one.
 */
export class Destination {
  readonly #target: Target
  readonly breaker: CircuitBreaker
  readonly limits: ServiceLimits
  readonly #uploader: Uploader
  #requests = 0
  #isClosed = false

  /**
   * @param limits limits already learnt from the same service
   */
  constructor(target: Target, { clock, random }: DestinationParts, limits = serviceLimits()) {
    this.#target = target
    this.breaker = new CircuitBreaker(clock, random)
    this.limits = limits
    const { transport, apiKey } = target
    users.set(transport, (users.get(transport) ?? 0) + 1)
    this.#uploader = createUploader({ transport, clock, userAgent: USER_AGENT, apiKey })
  }

  /** A method and not a property, so that printing a pipeline shows neither the key nor the proxy's password. */
  target(): Target {
    return this.#target
  }

  /** Whether a request is in flight. */
  get isBusy(): boolean {
    return this.#requests > 0
  }

  /** Whether both destinations belong to the same project, so that a batch id means the same to both. */
  hasSameTargetAs(other: Destination): boolean {
    const target = other.target()
    const { apiKey, transport, hasOwnTransport } = this.#target
    if (target.apiKey !== apiKey) return false
    // The key names the project, whatever the address. A user's own transport may lead anywhere.
    return !(hasOwnTransport || target.hasOwnTransport) || target.transport === transport
  }

  /** See {@link Uploader.post}. */
  async post(path: string, body: Uint8Array, options?: UploadOptions): Promise<Posted> {
    this.#requests++
    try {
      return await this.#uploader.post(path, body, options)
    } finally {
      this.#requests--
    }
  }

  /** Nothing more is sent. Closes the transport, unless another destination uses it. Never rejects. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    const { transport } = this.#target
    const others = (users.get(transport) ?? 1) - 1
    users.set(transport, others)
    if (others > 0) return
    try {
      await outside(() => transport.close?.())
    } catch {
      // Nothing more is sent through the transport, so an error while it closes has no effect.
    }
  }
}

/** The current destination, and former ones that still have requests or batches. */
export class Destinations {
  #current: Destination
  readonly #parts: DestinationParts
  readonly #earlier = new Set<Destination>()
  readonly #users: ((destination: Destination) => boolean)[] = []

  constructor(target: Target, parts: DestinationParts) {
    this.#parts = parts
    this.#current = new Destination(target, parts)
  }

  get current(): Destination {
    return this.#current
  }

  /** The former destinations, then the current one. */
  get all(): readonly Destination[] {
    return this.#earlier.size === 0 ? [this.#current] : [...this.#earlier, this.#current]
  }

  /**
   * @param uses whether the caller still has something for this destination alone
   */
  addUser(uses: (destination: Destination) => boolean): void {
    this.#users.push(uses)
  }

  /** Makes a new destination current. What is bound to the former one is still sent there. */
  moveTo(target: Target): void {
    const before = this.#current
    const { apiUrl, hasOwnTransport } = before.target()
    const isSameService = target.apiUrl === apiUrl && !target.hasOwnTransport && !hasOwnTransport
    this.#earlier.add(before)
    this.#current = new Destination(target, this.#parts, isSameService ? before.limits : undefined)
  }

  /** Closes the transports of former destinations that nobody uses any more, each once, after its last request. */
  closeUnused(): void {
    for (const destination of this.#earlier) {
      if (destination.isBusy || this.#users.some((uses) => uses(destination))) continue
      this.#earlier.delete(destination)
      void destination.close()
    }
  }

  async close(): Promise<void> {
    const all = this.all
    this.#earlier.clear()
    await Promise.all(all.map((destination) => destination.close()))
  }
}
