import { warnOnce } from '../config/errors.js'
import type { Environment } from '../config/options.js'
import { readProperty } from '../translate/property.js'
import type { InstrumentationLike } from './http.js'
import { isWanted } from './instrumentations.js'
import { shortName } from './missing.js'

/** Our own error handlers, which work with every version of a framework. */
const ERROR_HANDLERS: Readonly<Record<string, string>> = {
  express: 'expressErrorHandler',
  fastify: 'fastifyPlugin',
  koa: 'koaMiddleware',
  '@hapi/hapi': 'hapiPlugin',
  '@nestjs/core': 'nestExceptionFilter',
}

/** A package that an instrumentation patches, reduced to what is read here. */
interface ModuleDefinition {
  readonly name: string
  readonly supportedVersions?: readonly string[]
  /** Set by OpenTelemetry when a file of the package is loaded, whatever its version. */
  readonly moduleVersion?: string
  /** Set by OpenTelemetry when a supported version is loaded. */
  readonly moduleExports?: unknown
  readonly files?: readonly { readonly moduleExports?: unknown }[]
}

/**
 * Warns once of each active instrumentation that has patched nothing of the package that it is for, because it does not
 * support the version that the application has loaded. OpenTelemetry itself passes over such a version without a word.
 */
export function nameUnsupported(instrumentations: readonly InstrumentationLike[], env: Environment): void {
  for (const instrumentation of instrumentations) {
    const { instrumentationName } = instrumentation
    if (!instrumentationName || !isWanted(shortName(instrumentationName), env)) continue
    const definitions = definitionsOf(instrumentation)
    const passedOver = definitions.find(({ moduleVersion }) => typeof moduleVersion === 'string')
    if (passedOver === undefined || definitions.some(isApplied)) continue
    warnOfUnsupported(
      instrumentationName,
      passedOver,
      definitions.filter(({ name }) => name === passedOver.name),
    )
  }
}

function warnOfUnsupported(
  instrumentation: string,
  { name, moduleVersion }: ModuleDefinition,
  definitions: readonly ModuleDefinition[],
): void {
  const handler = Object.hasOwn(ERROR_HANDLERS, name) ? ERROR_HANDLERS[name] : undefined
  const ranges = [...new Set(definitions.flatMap(({ supportedVersions }) => supportedVersions ?? []))]
  const meanwhile =
    handler === undefined
      ? `use ${name} ${ranges.join(' || ')}`
      : `${handler} of '@lognitor/opentelemetry/instrumentation' captures the errors`
  warnOnce(
    'LOGNITOR_UNSUPPORTED_VERSION',
    `${instrumentation} does not support ${name} ${moduleVersion} and has not instrumented it: logs, spans, routes and errors that it gives are missing. ` +
      `Install a version that supports it: npm install ${instrumentation}@latest. Until there is one, ${meanwhile}. ` +
      `OTEL_NODE_DISABLED_INSTRUMENTATIONS=${shortName(instrumentation)} silences this.`,
    instrumentation,
  )
}

/**
 * The definitions that OpenTelemetry works with, from a field that both lines have: `getModuleDefinitions` makes new
 * ones. Those of Node's own modules have no version.
 */
function definitionsOf(instrumentation: InstrumentationLike): readonly ModuleDefinition[] {
  const definitions = readProperty(instrumentation, '_modules')
  return Array.isArray(definitions) ? definitions : []
}

function isApplied(definition: ModuleDefinition): boolean {
  if (readProperty(definition, 'moduleExports') !== undefined) return true
  return definition.files?.some((file) => file.moduleExports !== undefined) ?? false
}
