import { warnOnce } from '../errors.js'
import { splitList } from '../option-kinds.js'
import type { Environment } from '../options.js'
import type { Tell } from '../tell.js'
import type { Packages } from './packages.js'

type Make = (config?: object) => unknown[]
type Class = new (config?: object) => unknown

const PREFIX = '@opentelemetry/instrumentation-'
const AUTO = '@opentelemetry/auto-instrumentations-node'
const HTTP = '@opentelemetry/instrumentation-http'

/** Off unless asked for, as in the collection of them all: each makes a span of the smallest things. */
const OFF_BY_DEFAULT = new Set(['fs', 'host-metrics', 'runtime-node'])

export interface InstrumentationParts {
  readonly packages: Packages
  readonly env: Environment
  readonly tell: Tell
  /** Configuration of the HTTP instrumentation: request rows hang on it. */
  readonly http: object
}

/** Every OpenTelemetry instrumentation that the application has installed: the collection, or single ones. */
export function installedInstrumentations({ packages, env, tell, http }: InstrumentationParts): unknown[] {
  const auto = packages.load(AUTO)?.getNodeAutoInstrumentations as Make | undefined
  const made = auto?.({ [HTTP]: http }) ?? []
  const known = new Set(made.map((one) => (one as { instrumentationName?: string }).instrumentationName))
  const singles = packages
    .list('@opentelemetry')
    .filter((name) => name.startsWith(PREFIX) && !known.has(name))
  for (const name of auto ? [] : singles) {
    if (!isWanted(name.slice(PREFIX.length), env)) continue
    made.push(...make(name, name === HTTP ? http : {}, packages, tell))
  }
  // Fastify 5 brings its own; it hooks itself in where a Fastify is made.
  if (packages.resolve('@fastify/otel') && isWanted('fastify-otel', env)) {
    made.push(...make('@fastify/otel', { registerOnInitialization: true }, packages, tell))
  }
  if (!auto && !packages.resolve(HTTP)) {
    warnOnce(
      'LOGNITOR_MISSING_PEER',
      `Requests have rows but no spans: install ${HTTP} (npm install ${HTTP}) for trace ids.`,
      HTTP,
    )
  }
  return made
}

function make(name: string, config: object, packages: Packages, tell: Tell): unknown[] {
  try {
    const classes = Object.entries(packages.load(name) ?? {}).filter(([key]) => /Instrumentation$/.test(key))
    const Found = classes[0]?.[1]
    return typeof Found === 'function' ? [new (Found as Class)(config)] : []
  } catch (error) {
    tell.warn(`${name} could not be turned on: ${error}`)
    return []
  }
}

/** OTEL_NODE_ENABLED_INSTRUMENTATIONS and OTEL_NODE_DISABLED_INSTRUMENTATIONS, by short names. */
function isWanted(shortName: string, env: Environment): boolean {
  const enabled = splitList(env.OTEL_NODE_ENABLED_INSTRUMENTATIONS ?? '')
  const disabled = splitList(env.OTEL_NODE_DISABLED_INSTRUMENTATIONS ?? '')
  if (disabled.includes(shortName)) return false
  return enabled.length > 0 ? enabled.includes(shortName) : !OFF_BY_DEFAULT.has(shortName)
}
