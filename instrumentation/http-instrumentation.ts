import { leaseFor } from '../src/pipeline/registry.js'
import { chainRequestHook } from './hooks.js'
import { type LognitorHttpOptions, refuseUnknownHttpOptions, splitOptions } from './http-options.js'
import { HttpInstrumentation, type ModuleDefinition } from './peer.js'
import { RequestDoor } from './request-recorder.js'
import { isPatched, warnOfTwo } from './two-instrumentations.js'

/**
 * OpenTelemetry's `HttpInstrumentation`, with the same spans and options, that also writes a Lognitor request
 * row for every incoming request: sampled or not, in CommonJS and ES modules, patched or not. Without the package
 * `@opentelemetry/instrumentation-http` there is one warning, and rows without spans.
 *
 * @example
 * new NodeSDK({ instrumentations: [new LognitorHttpInstrumentation({ client, ignoreRoutes: ['/health'] })] })
 */
export class LognitorHttpInstrumentation extends HttpInstrumentation {
  readonly #door: RequestDoor

  /** @throws {LognitorError} for a wrong option */
  constructor(options: LognitorHttpOptions = {}) {
    const { door, rows } = splitOptions(options)
    refuseUnknownHttpOptions(options)
    const requestDoor = new RequestDoor(leaseFor(door), rows)
    super(options)
    this.#door = requestDoor
    if (options.enabled !== false) this.#door.open()
  }

  override enable(): void {
    super.enable()
    // The base class calls this from its constructor, where there is no door yet.
    if (#door in this) this.#door.open()
  }

  /** Ends spans and rows; the client goes on. */
  override disable(): void {
    super.disable()
    if (#door in this) this.#door.close()
  }

  /** Replaces the options, ours too; the client stays. */
  override setConfig(options: LognitorHttpOptions = {}): void {
    const { rows, http } = splitOptions(options)
    if (#door in this) refuseUnknownHttpOptions(options)
    if (#door in this) this.#door.configure(rows)
    super.setConfig({ ...http, requestHook: chainRequestHook(http.requestHook) })
  }

  /** Flushes and ends this door; the client goes on, unless doors made it and this was the last. */
  async shutdown(): Promise<void> {
    this.disable()
    await this.#door.end()
  }

  /** For OpenTelemetry. */
  override init(): ModuleDefinition[] {
    const definitions = super.init()
    for (const definition of definitions) warnWhenPatched(definition)
    return definitions
  }
}

function warnWhenPatched(definition: ModuleDefinition): void {
  const { patch } = definition
  let isOurs = false
  definition.patch = function (moduleExports, version) {
    if (!isOurs && isPatched(moduleExports)) warnOfTwo()
    isOurs = true
    return patch?.call(this, moduleExports, version)
  }
}
