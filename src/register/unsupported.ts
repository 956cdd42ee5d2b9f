import { warnOnce } from '../config/errors.js'
import type { Environment } from '../config/options.js'
import { readProperty } from '../translate/property.js'
import type { InstrumentationLike } from './http.js'
import { isWanted } from './instrumentations.js'
import { shortName } from './missing.js'
import { definitionsOf, type ModuleDefinition } from './module-definitions.js'

/** Our own error handlers, which work with every version of a framework. */
const ERROR_HANDLERS: Readonly<Record<string, string>> = {
  express: 'expressErrorHandler',
  fastify: 'fastifyPlugin',
  koa: 'koaMiddleware',
  '@hapi/hapi': 'hapiPlugin',
  '@nestjs/core': 'nestExceptionFilter',
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
    const same = definitions.filter(({ name }) => name === passedOver.name)
    const ranges = [...new Set(same.flatMap(({ supportedVersions }) => supportedVersions ?? []))]
    // A program that only reads the package.json of a package has loaded a file of it, and nothing to instrument.
    const major = Number.parseInt(passedOver.moduleVersion ?? '', 10)
    if (ranges.some((range) => mayInclude(range, major))) continue
    warnOfUnsupported(instrumentationName, passedOver, ranges)
  }
}

/** False only if the range certainly has no version with this first number. */
function mayInclude(range: string, major: number): boolean {
  if (range.includes(' - ')) return true
  return range.split('||').some((part) => {
    const comparators = part
      .trim()
      .replace(/([<>=~^])\s+/g, '$1')
      .split(/\s+/)
    return comparators.every((comparator) => {
      const [, operator = '', digits] = /^([<>=~^]*)v?(\d+)/.exec(comparator) ?? []
      if (digits === undefined) return true
      const bound = Number(digits)
      if (operator.startsWith('>')) return major >= bound
      if (operator === '<') return /^<v?\d+(\.0)*$/.test(comparator) ? major < bound : major <= bound
      return operator === '<=' ? major <= bound : major === bound
    })
  })
}

function warnOfUnsupported(
  instrumentation: string,
  { name, moduleVersion }: ModuleDefinition,
  ranges: readonly string[],
): void {
  const handler = Object.hasOwn(ERROR_HANDLERS, name) ? ERROR_HANDLERS[name] : undefined
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

function isApplied(definition: ModuleDefinition): boolean {
  if (readProperty(definition, 'moduleExports') !== undefined) return true
  return definition.files?.some((file) => file.moduleExports !== undefined) ?? false
}
