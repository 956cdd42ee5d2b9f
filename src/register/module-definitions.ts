import { readProperty } from '../translate/property.js'
import type { InstrumentationLike } from './http.js'

/** A package that an instrumentation patches, reduced to what is read here. */
export interface ModuleDefinition {
  readonly name: string
  readonly supportedVersions?: readonly string[]
  /** Set by OpenTelemetry when a file of the package is loaded, whatever its version. */
  readonly moduleVersion?: string
  /** Set by OpenTelemetry when a supported version is loaded. */
  readonly moduleExports?: unknown
  readonly files?: readonly { readonly moduleExports?: unknown }[]
  patch?: ((moduleExports: unknown, version?: string) => unknown) | undefined
}

/**
 * The definitions that OpenTelemetry works with, from a field that both lines have: `getModuleDefinitions` makes new
 * ones. Those of Node's own modules have no version.
 */
export function definitionsOf(instrumentation: InstrumentationLike): readonly ModuleDefinition[] {
  const definitions = readProperty(instrumentation, '_modules')
  return Array.isArray(definitions) ? definitions : []
}
