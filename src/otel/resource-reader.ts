import type { Clock } from '../common/clock.js'
import { readProperty } from '../translate/property.js'
import { type ResourceFields, translateResource } from '../translate/resource.js'

export interface ResourceReaderParts {
  readonly clock: Clock
  /** Read for each record. */
  readonly allAttributes: () => boolean
  /**
   * Called once for each resource. For a resource that is still being detected, it is called before with the service
   * alone.
   */
  readonly learn: (fields: ResourceFields) => void
}

/** Longest that records wait for a resource that is still being detected. */
const RESOURCE_WAIT_MS = 1000
const PAUSES = 10
const MOST_WAITING = 10_000
const NOTHING: ResourceFields = Object.freeze({})

type Use = (fields: ResourceFields) => void

interface Waiting {
  readonly uses: Use[]
  readonly finished: Promise<void>
}

/**
 * Reads each resource once. A resource that is still being detected is read only when its attributes are complete,
 * because the SDK reports an error and returns a part of them. Its records wait in order, at most one second.
 */
export class ResourceReader {
  readonly #parts: ResourceReaderParts
  #known = new WeakMap<object, ResourceFields>()
  /** The value of `allAttributes` that the known resources were read with. */
  #hasAllAttributes = false
  readonly #waiting = new Map<object, Waiting>()

  constructor(parts: ResourceReaderParts) {
    this.#parts = parts
  }

  /** Calls `use` with the resource's fields: now, or as soon as they are complete. */
  read(resource: unknown, use: Use): void {
    const known = this.find(resource)
    if (known !== undefined) use(known)
    else if (typeof resource !== 'object' || resource === null) use(NOTHING)
    else if (!isPending(resource)) use(this.#translate(resource))
    else this.#wait(resource, use)
  }

  /**
   * Learns a resource before any record has come with it. Nothing waits for that: request entries and client calls do
   * not, and the first of them come while the host is still being detected.
   */
  look(resource: unknown): void {
    if (typeof resource !== 'object' || resource === null) return
    const learn = () => {
      if (isPending(resource)) this.#parts.learn(detectedService(resource))
      else this.#translate(resource)
    }
    if (isPending(resource)) attributesOf(resource)?.then(learn, learn)
    learn()
  }

  /** Resolves when no record waits any more, at most one second from now. Never rejects. */
  async ready(): Promise<void> {
    await Promise.all([...this.#waiting.values()].map(({ finished }) => finished))
  }

  /** Ends all waiting, because the process or the entry point ends. */
  finishAll(): void {
    for (const resource of [...this.#waiting.keys()]) this.#finish(resource)
  }

  #wait(resource: object, use: Use): void {
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
      this.#pause(finish, PAUSES)
      attributesOf(resource)?.then(finish, finish)
    })
    this.#waiting.set(resource, { uses: [use], finished })
    this.#parts.learn(detectedService(resource))
  }

  /** A blocked event loop makes one of the pauses longer, and the detection goes on in the others. */
  #pause(then: () => void, pauses: number): void {
    const next = pauses > 1 ? () => this.#pause(then, pauses - 1) : then
    this.#parts.clock.setTimer(next, RESOURCE_WAIT_MS / PAUSES)
  }

  #finish(resource: object): void {
    const waiting = this.#waiting.get(resource)
    if (waiting === undefined) return
    this.#waiting.delete(resource)
    // Read early, the SDK gives what it knows so far and reports that on diag. This result is not kept for later
    // records.
    const fields = isPending(resource) ? translated(resource, false) : this.#translate(resource)
    for (const use of waiting.uses) use(fields)
  }

  /** The fields of a resource that was read before. */
  find(resource: unknown): ResourceFields | undefined {
    const allAttributes = this.#parts.allAttributes()
    if (allAttributes !== this.#hasAllAttributes) {
      this.#hasAllAttributes = allAttributes
      this.#known = new WeakMap()
    }
    return this.#known.get(resource as object)
  }

  #translate(resource: object): ResourceFields {
    const known = this.find(resource)
    if (known !== undefined) return known
    const fields = translated(resource, this.#hasAllAttributes)
    this.#known.set(resource, fields)
    this.#parts.learn(fields)
    return fields
  }
}

// A resource is a foreign object. None of these functions throws, whatever its getters and its promise do.

function isPending(resource: object): boolean {
  return readProperty(resource, 'asyncAttributesPending') === true
}

function translated(resource: object, allAttributes: boolean): ResourceFields {
  return translateResource(Object(readProperty(resource, 'attributes')), { allAttributes })
}

function attributesOf(resource: object): Promise<unknown> | undefined {
  const wait = readProperty(resource, 'waitForAsyncAttributes')
  if (typeof wait !== 'function') return undefined
  return new Promise((resolve) => resolve(wait.call(resource)))
}

/** Service, environment and version, as far as they are known; nothing while one of them is being detected. */
function detectedService(resource: object): ResourceFields {
  const list = readProperty(resource, 'getRawAttributes')
  if (typeof list !== 'function') return NOTHING
  const attributes: Record<string, unknown> = {}
  try {
    for (const [name, value] of list.call(resource) as Iterable<[string, unknown]>) {
      if (typeof readProperty(value, 'then') !== 'function') attributes[name] ??= value
      else if (/^(service|deployment)\./.test(name)) return NOTHING
    }
  } catch {
    return NOTHING
  }
  const { service, environment, version } = translateResource(attributes)
  return { ...(service && { service }), ...(environment && { environment }), ...(version && { version }) }
}
