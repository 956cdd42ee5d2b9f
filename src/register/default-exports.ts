import type { InstrumentationLike } from './http.js'
import { definitionsOf, type ModuleDefinition } from './module-definitions.js'

/** Instrumentations that take the exports for the function or class itself, also where these are an ES namespace. */
const FOR_COMMONJS: ReadonlySet<string> = new Set(
  ['connect', 'lru-memoizer', 'memcached'].map((name) => `@opentelemetry/instrumentation-${name}`),
)

/**
 * Gives these instrumentations the default export when the package is imported. They would wrap the namespace in its
 * place, and the application's call of the package would throw as soon as the loader hook is registered.
 */
export function passDefaultExports(instrumentations: readonly InstrumentationLike[]): void {
  for (const instrumentation of instrumentations) {
    if (!FOR_COMMONJS.has(instrumentation?.instrumentationName ?? '')) continue
    for (const definition of definitionsOf(instrumentation)) passDefaultExport(definition)
  }
}

function passDefaultExport(definition: ModuleDefinition): void {
  const { patch } = definition
  if (typeof patch !== 'function') return
  let patched: unknown
  definition.patch = function (moduleExports, version) {
    const own = isNamespace(moduleExports) ? moduleExports.default : moduleExports
    // An import of a package that was also required finds the patched exports.
    if (patched === undefined || own !== patched) patched = patch.call(this, own, version)
    return patched
  }
}

function isNamespace(moduleExports: unknown): moduleExports is { default: unknown } {
  const tag = (moduleExports as { [Symbol.toStringTag]?: unknown } | undefined)?.[Symbol.toStringTag]
  return tag === 'Module' && 'default' in (moduleExports as object)
}
