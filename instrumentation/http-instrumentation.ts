import { handleFor } from '../src/pipeline/registry.js'
import { chainRequestHook } from './hooks.js'
import { type LognitorHttpOptions, refuseUnknownHttpOptions, splitOptions } from './http-options.js'
import { HttpInstrumentation, type ModuleDefinition } from './peer.js'
import { RequestRecorder } from './request-recorder.js'
import { isPatched, warnOfTwo } from './two-instrumentations.js'

/**
 * OpenTelemetry's `HttpInstrumentation`, with the same spans and options, that also writes a Lognitor request entry for
 * every incoming request: sampled or not, in CommonJS and ES modules, patched or not. Without the package
 * `@opentelemetry/instrumentation-http` it writes request entries without spans, and warns once.
 *
 * @example
 * new NodeSDK({ instrumentations: [new LognitorHttpInstrumentation({ client, ignoreRoutes: ['/health'] })] })
 */
export class LognitorHttpInstrumentation extends HttpInstrumentation {
  readonly #recorder: RequestRecorder

  /** @throws LognitorError for a wrong option */
  constructor(options: LognitorHttpOptions = {}) {
    const { client, entries } = splitOptions(options)
    refuseUnknownHttpOptions(options)
    const requestRecorder = new RequestRecorder(handleFor(client), entries)
    super(options)
    this.#recorder = requestRecorder
    if (options.enabled !== false) this.#recorder.open()
  }

  override enable(): void {
    super.enable()
    // The base class calls this method from its constructor, before the recorder exists.
    if (#recorder in this) this.#recorder.open()
  }

  /** Stops spans and request entries; the client keeps running. */
  override disable(): void {
    super.disable()
    if (#recorder in this) this.#recorder.close()
  }

  /** Replaces all options, Lognitor's included; the client stays the same. */
  override setConfig(options: LognitorHttpOptions = {}): void {
    const { entries, http } = splitOptions(options)
    if (#recorder in this) refuseUnknownHttpOptions(options)
    if (#recorder in this) this.#recorder.configure(entries)
    super.setConfig({ ...http, requestHook: chainRequestHook(http.requestHook) })
  }

  /**
   * Flushes and ends this entry point. The client keeps running, unless entry points created it and this was the last
   * of them.
   */
  async shutdown(): Promise<void> {
    this.disable()
    await this.#recorder.end()
  }

  /** Called by OpenTelemetry. */
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
