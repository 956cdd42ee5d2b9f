import { warnOnce } from '../errors.js'
import type { Environment } from '../options.js'
import { isWanted } from './instrumentations.js'
import type { Packages } from './packages.js'

const INSTRUMENTATION = '@opentelemetry/instrumentation-'

/** What an application may use, and the packages without which less of it is seen. */
const NEEDS: Readonly<Record<string, readonly string[]>> = {
  express: [`${INSTRUMENTATION}express`],
  fastify: ['@fastify/otel'],
  koa: [`${INSTRUMENTATION}koa`],
  '@hapi/hapi': [`${INSTRUMENTATION}hapi`],
  '@nestjs/core': [`${INSTRUMENTATION}nestjs-core`],
  pino: [`${INSTRUMENTATION}pino`],
  winston: [`${INSTRUMENTATION}winston`, '@opentelemetry/winston-transport'],
  bunyan: [`${INSTRUMENTATION}bunyan`],
}

/**
 * Warns once, by name, of what is not installed although the application depends on something that it is for.
 * OTEL_NODE_DISABLED_INSTRUMENTATIONS silences it, name by name.
 *
 * @param packages as the application sees them
 * @param seen what the instrumentations that were turned on were loaded with
 */
export function nameMissing(packages: Packages, seen: Packages, env: Environment): void {
  const used = packages.dependencies().filter((name) => Object.hasOwn(NEEDS, name))
  const missing = used
    .flatMap((name) => NEEDS[name] ?? [])
    .filter((name) => isWanted(shortName(name), env) && seen.resolve(name) === undefined)
  if (missing.length === 0) return
  warnOnce(
    'LOGNITOR_MISSING_PEER',
    `This application uses ${used.join(', ')}; for all of their spans, errors and logs: npm install ${missing.join(' ')}`,
    'instrumentations',
  )
}

/** As OTEL_NODE_DISABLED_INSTRUMENTATIONS has it. */
function shortName(name: string): string {
  if (name === '@fastify/otel') return 'fastify-otel'
  return name.replace(INSTRUMENTATION, '').replace('@opentelemetry/winston-transport', 'winston')
}
