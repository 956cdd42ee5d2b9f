import type { Clock } from '../clock.js'
import type { ResourceLike } from '../translate/otel.js'
import { type ResourceFields, translateResource } from '../translate/resource.js'

export interface ResourceReaderParts {
  readonly clock: Clock
  readonly allAttributes: boolean
  /** Told of each resource once. */
  readonly learn: (fields: ResourceFields) => void
}

/** Longest that records wait for a resource whose attributes are still being detected. */
const PATIENCE_MS = 1000
const MOST_WAITING = 10_000

type Use = (fields: ResourceFields) => void

interface Waiting {
  readonly uses: Use[]
  readonly finished: Promise<void>
}

/**
 * Reads resources, each once. One whose attributes are still being detected is not read before they are
 * there, for the SDK complains and gives half; its records wait in order, at most a second.
 */
export class ResourceReader {
  readonly #parts: ResourceReaderParts
  readonly #known = new WeakMap<ResourceLike, ResourceFields>()
  readonly #waiting = new Map<ResourceLike, Waiting>()

  constructor(parts: ResourceReaderParts) {
    this.#parts = parts
  }

  /** Calls `use` with the resource's fields: now, or as soon as they are there. */
  read(resource: ResourceLike, use: Use): void {
    const known = this.#known.get(resource)
    if (known !== undefined) use(known)
    else if (resource.asyncAttributesPending !== true) use(this.#translate(resource))
    else this.#wait(resource, use)
  }

  /** Resolves when no record waits any more, at most a second from now. Never rejects. */
  async ready(): Promise<void> {
    await Promise.all([...this.#waiting.values()].map(({ finished }) => finished))
  }

  /** Waits no longer: the process ends, or the door does. */
  settle(): void {
    for (const resource of [...this.#waiting.keys()]) this.#finish(resource)
  }

  #wait(resource: ResourceLike, use: Use): void {
    const known = this.#waiting.get(resource)
    if (known !== undefined) {
      known.uses.push(use)
      if (known.uses.length >= MOST_WAITING) this.#finish(resource)
      return
    }
    const finished = new Promise<void>((resolve) => {
      const finish = () => {
        this.#finish(resource)
        resolve()
      }
      this.#parts.clock.setTimer(finish, PATIENCE_MS)
      resource.waitForAsyncAttributes?.().then(finish, finish)
    })
    this.#waiting.set(resource, { uses: [use], finished })
  }

  #finish(resource: ResourceLike): void {
    const waiting = this.#waiting.get(resource)
    if (waiting === undefined) return
    this.#waiting.delete(resource)
    const isPending = resource.asyncAttributesPending === true
    // Read early, the SDK gives what it knows so far and says so on diag; that is not kept for the next record.
    const fields = isPending ? translateResource(resource.attributes) : this.#translate(resource)
    for (const use of waiting.uses) use(fields)
  }

  #translate(resource: ResourceLike): ResourceFields {
    const known = this.#known.get(resource)
    if (known !== undefined) return known
    const fields = translateResource(resource.attributes, { allAttributes: this.#parts.allAttributes })
    this.#known.set(resource, fields)
    this.#parts.learn(fields)
    return fields
  }
}
