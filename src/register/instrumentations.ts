import { withBunyan2 } from '../../instrumentation/bunyan-2.js'
import { splitList } from '../config/option-kinds.js'
import type { Environment } from '../config/options.js'
import type { SelfLog } from '../diagnostics/self-log.js'
import type { InstrumentationLike } from './http.js'
import type { Packages } from './packages.js'

interface Instrumentation extends InstrumentationLike {
  readonly instrumentationName: string
  setTracerProvider(provider: object): void
}

type Class = new (config?: object) => Instrumentation
type Make = (config?: object) => Instrumentation[]

const PREFIX = '@opentelemetry/instrumentation-'
const LAMBDA = '@opentelemetry/instrumentation-aws-lambda'
const BUNYAN = '@opentelemetry/instrumentation-bunyan'
const FASTIFY = '@fastify/otel'

/**
 * Configurations of the bridges of loggers, which otherwise write trace ids into the lines that the application prints.
 * The logs that are sent have them all the same.
 */
const LEAVE_LINES: Readonly<Record<string, object>> = Object.fromEntries(
  [`${PREFIX}pino`, `${PREFIX}winston`, BUNYAN].map((name) => [name, { disableLogCorrelation: true }]),
)

/** The package of all instrumentations. */
export const AUTO = '@opentelemetry/auto-instrumentations-node'

/** Off unless asked for, as in the package of all instrumentations: each creates spans for very small operations. */
const OFF_BY_DEFAULT = new Set(['fs', 'host-metrics'])

export interface InstrumentationParts {
  readonly packages: Packages
  readonly env: Environment
  readonly selfLog: SelfLog
}

/**
 * Creates every OpenTelemetry instrumentation that the application has installed: those of the package of all
 * instrumentations, and single ones.
 */
export function installedInstrumentations({
  packages,
  env,
  selfLog,
}: InstrumentationParts): Instrumentation[] {
  const made = collection(packages, selfLog)
  // The package of all instrumentations decides about its dependencies, also about those that it leaves off.
  const isItsOwn = new Set([BUNYAN, ...(made.length > 0 ? packages.dependencies(AUTO) : [])])
  const singles = packages.list('@opentelemetry').filter((name) => name.startsWith(PREFIX))
  for (const name of singles) {
    if (isItsOwn.has(name) || !isWanted(name.slice(PREFIX.length), env)) continue
    made.push(...single(name, {}, packages, selfLog))
  }
  if (isWanted('bunyan', env)) made.push(...single(BUNYAN, {}, packages.within(AUTO), selfLog))
  if (isWanted('fastify-otel', env)) {
    // This option makes the instrumentation hook into every Fastify instance.
    made.push(...single(FASTIFY, { registerOnInitialization: true }, packages, selfLog))
  }
  return made
}

/**
 * Gives the started SDK's provider to the instrumentation for Lambda, which flushes its provider at the end of an
 * invocation. Before the start that was a provider without an SDK behind it. Must be called once the SDK has started.
 */
export function provideLambda(instrumentations: readonly Instrumentation[], provider: object): void {
  for (const instrumentation of instrumentations) {
    if (instrumentation.instrumentationName === LAMBDA) instrumentation.setTracerProvider(provider)
  }
}

/** Applies OTEL_NODE_ENABLED_INSTRUMENTATIONS and OTEL_NODE_DISABLED_INSTRUMENTATIONS, which hold short names. */
export function isWanted(shortName: string, env: Environment): boolean {
  const enabled = splitList(env.OTEL_NODE_ENABLED_INSTRUMENTATIONS ?? '')
  const disabled = splitList(env.OTEL_NODE_DISABLED_INSTRUMENTATIONS ?? '')
  if (disabled.includes(shortName)) return false
  return enabled.length > 0 ? enabled.includes(shortName) : !OFF_BY_DEFAULT.has(shortName)
}

function collection(packages: Packages, selfLog: SelfLog): Instrumentation[] {
  try {
    const make = packages.load(AUTO)?.getNodeAutoInstrumentations as Make | undefined
    return make?.({ ...LEAVE_LINES, [BUNYAN]: { enabled: false } }) ?? []
  } catch (error) {
    selfLog.warn(`${AUTO} could not be turned on: ${error}`)
    return []
  }
}

/** Empty where the package is not installed. */
function single(name: string, config: object, packages: Packages, selfLog: SelfLog): Instrumentation[] {
  try {
    const classes = Object.entries(packages.load(name) ?? {}).filter(([key]) => /Instrumentation$/.test(key))
    const found = classes[0]?.[1]
    if (typeof found !== 'function') return []
    const Found = name === BUNYAN ? withBunyan2(found as Class) : (found as Class)
    return [new Found({ ...LEAVE_LINES[name], ...config })]
  } catch (error) {
    selfLog.warn(`${name} could not be turned on: ${error}`)
    return []
  }
}
