import type { Clock } from '../common/clock.js'
import { USER_AGENT } from '../common/version.js'
import { CircuitBreaker } from './circuit-breaker.js'
import { type ServiceLimits, serviceLimits } from './endpoint-limits.js'
import { outside } from './http/outside.js'
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
 * A {@link Target}, its circuit breaker and its learnt limits. A batch keeps its destination from the moment it has an
 * id. `reconfigure` creates a new one.
 */
export class Destination {
  readonly #target: Target
  readonly breaker: CircuitBreaker
  readonly limits: ServiceLimits
  readonly #uploader: Uploader
  #requests = 0

  /**
   *
   * @param limits limits already learnt from the same service
   */
  constructor(target: Target, { clock, random }: DestinationParts, limits = serviceLimits()) {
    this.#target = target
    this.breaker = new CircuitBreaker(clock, random)
    this.limits = limits
    const { transport, apiKey } = target
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
   *
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
      const { transport } = destination.target()
      if (this.all.every((other) => other.target().transport !== transport)) void close(transport)
    }
  }

  async close(): Promise<void> {
    const transports = new Set(this.all.map((destination) => destination.target().transport))
    this.#earlier.clear()
    await Promise.all([...transports].map(close))
  }
}

async function close(transport: WatchedTransport): Promise<void> {
  try {
    await outside(() => transport.close?.())
  } catch {
    // Nothing more is sent through the transport, so an error while it closes has no effect.
  }
}
