import { warnOnce } from '../config/errors.js'
import type { Environment } from '../config/options.js'
import { isWanted } from './instrumentations.js'
import type { Packages } from './packages.js'

const INSTRUMENTATION = '@opentelemetry/instrumentation-'

/** What an application may use, and the packages without which less of it is seen. */
export const NEEDS: Readonly<Record<string, readonly string[]>> = {
  express: [`${INSTRUMENTATION}express`],
  fastify: ['@fastify/otel'],
  koa: [`${INSTRUMENTATION}koa`],
  '@hapi/hapi': [`${INSTRUMENTATION}hapi`],
  '@nestjs/core': [`${INSTRUMENTATION}nestjs-core`],
  pino: [`${INSTRUMENTATION}pino`],
  winston: [`${INSTRUMENTATION}winston`, '@opentelemetry/winston-transport'],
  bunyan: [`${INSTRUMENTATION}bunyan`],
}

/** Those of them that write logs. */
export const LOGGERS: readonly string[] = ['pino', 'winston', 'bunyan']

export const WINSTON_TRANSPORT = '@opentelemetry/winston-transport'

export interface MissingParts {
  /** As the application and the instrumentations that were turned on see them. */
  readonly packages: Packages
  readonly env: Environment
  /** Names of the instrumentations that are turned on. */
  readonly active: ReadonlySet<string>
  /** They are listed in code, and what is installed is not turned on by itself. */
  readonly isInCode: boolean
}

/**
 * Warns once, by name, of the instrumentations that are not there although the application uses something that they
 * are for. OTEL_NODE_DISABLED_INSTRUMENTATIONS silences it, name by name.
 *
 * @param used packages that the application depends on or has loaded
 */
export function nameMissing(used: Iterable<string>, parts: MissingParts): void {
  const known = [...used].filter((name) => Object.hasOwn(NEEDS, name))
  const missing = known.flatMap((name) => missingFor(name, parts))
  if (missing.length === 0) return
  warnOnce(
    'LOGNITOR_MISSING_PEER',
    `This application uses ${known.join(', ')}; for all of their spans, errors and logs: ${mendOf(missing, parts)}`,
    missing.join(),
  )
}

/** The packages without which less is seen of this one. */
export function missingFor(name: string, { packages, env, active }: MissingParts): string[] {
  const needs = (NEEDS[name] ?? []).filter((need) => isWanted(shortName(need), env))
  return needs.filter((need) =>
    need === WINSTON_TRANSPORT ? packages.resolve(need) === undefined : !active.has(need),
  )
}

/** What to type: an installation, and in code the lines for the list. */
export function mendOf(missing: readonly string[], { packages, isInCode }: MissingParts): string {
  const absent = missing.filter((name) => packages.resolve(name) === undefined)
  const install = absent.length > 0 ? `npm install ${absent.join(' ')}` : ''
  const made = missing.filter((name) => name !== WINSTON_TRANSPORT).map((name) => `new ${className(name)}()`)
  if (!isInCode || made.length === 0) return install
  return `${install}${install && ', and '}add ${made.join(', ')} to instrumentations`
}

function className(name: string): string {
  if (name === '@fastify/otel') return 'FastifyOtelInstrumentation'
  const words = name.slice(INSTRUMENTATION.length).replace('nestjs-core', 'nest').split('-')
  return `${words.map((word) => word[0]?.toUpperCase() + word.slice(1)).join('')}Instrumentation`
}

/** As OTEL_NODE_DISABLED_INSTRUMENTATIONS has it. */
function shortName(name: string): string {
  if (name === '@fastify/otel') return 'fastify-otel'
  return name.replace(INSTRUMENTATION, '').replace(WINSTON_TRANSPORT, 'winston')
}
