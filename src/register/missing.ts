import { warnOnce } from '../config/errors.js'
import type { Environment } from '../config/options.js'
import { isWanted } from './instrumentations.js'
import type { Packages } from './packages.js'

const INSTRUMENTATION = '@opentelemetry/instrumentation-'

/** Packages that an application may use, each with the packages that it needs to be fully observed. */
export const NEEDS: Readonly<Record<string, readonly string[]>> = {
  express: [`${INSTRUMENTATION}express`],
  fastify: ['@fastify/otel'],
  koa: [`${INSTRUMENTATION}koa`],
  '@hapi/hapi': [`${INSTRUMENTATION}hapi`],
  '@nestjs/core': [`${INSTRUMENTATION}nestjs-core`],
  hono: ['@hono/otel'],
  pino: [`${INSTRUMENTATION}pino`],
  winston: [`${INSTRUMENTATION}winston`, '@opentelemetry/winston-transport'],
  bunyan: [`${INSTRUMENTATION}bunyan`],
}

/** What an application lacks without these packages. */
const LOSSES: Readonly<Record<string, string>> = {
  express: 'the spans and errors of express',
  fastify: 'the spans of fastify (and its errors, where its logger is off)',
  koa: 'the spans, errors and routes of koa',
  '@hapi/hapi': 'the spans, errors and routes of @hapi/hapi',
  '@nestjs/core': 'the spans and errors of @nestjs/core',
  hono: 'the spans and errors of hono',
}

/** Those of them that write logs. */
export const LOGGERS: readonly string[] = ['pino', 'winston', 'bunyan']

export const WINSTON_TRANSPORT = '@opentelemetry/winston-transport'
const FASTIFY = '@fastify/otel'
const HONO = '@hono/otel'

/** Packages that are no instrumentations: it counts that they are installed. */
const NOT_LISTED: readonly string[] = [WINSTON_TRANSPORT, HONO]

export interface MissingParts {
  /** Packages as the application and the active instrumentations see them. */
  readonly packages: Packages
  readonly env: Environment
  /** Names of the active instrumentations. */
  readonly active: ReadonlySet<string>
  /** Whether instrumentations are listed in code, so that installing a package does not turn it on. */
  readonly isInCode: boolean
}

/**
 * Warns once per name of instrumentations that are missing although the application uses something they are for.
 * OTEL_NODE_DISABLED_INSTRUMENTATIONS silences the warning by name.
 *
 * @param used packages that the application depends on or has loaded
 */
export function nameMissing(used: Iterable<string>, parts: MissingParts): void {
  const known = [...used].filter((name) => Object.hasOwn(NEEDS, name))
  const lacking = known.filter((name) => missingFor(name, parts).length > 0)
  if (lacking.length === 0) return
  const missing = lacking.flatMap((name) => missingFor(name, parts))
  const losses = lacking.map((name) => LOSSES[name] ?? `the logs of ${name}`)
  warnOnce(
    'LOGNITOR_MISSING_PEER',
    `This application lacks instrumentation for ${inWords(lacking)}: ${inWords(losses)} are missing. To have them: ${mendOf(missing, parts)}`,
    missing.join(),
  )
}

/** A list as in a sentence: "a, b and c". */
function inWords(words: readonly string[]): string {
  return [words.slice(0, -1).join(', '), ...words.slice(-1)].filter(Boolean).join(' and ')
}

/** The missing packages without which this one is not fully observed. */
export function missingFor(name: string, { packages, env, active }: MissingParts): string[] {
  const needs = (NEEDS[name] ?? []).filter((need) => isWanted(shortName(need), env))
  return needs.filter((need) =>
    NOT_LISTED.includes(need) ? packages.resolve(need) === undefined : !active.has(need),
  )
}

/** The remedy to print: an installation command, and for a set-up in code the lines for the list. */
export function mendOf(missing: readonly string[], { packages, isInCode }: MissingParts): string {
  const absent = missing.filter((name) => packages.resolve(name) === undefined)
  const install = absent.length > 0 ? `npm install ${absent.join(' ')}` : ''
  const made = missing.filter((name) => !NOT_LISTED.includes(name)).map(lineFor)
  const steps = [
    install,
    isInCode && made.length > 0 ? `add ${made.join(', ')} to instrumentations` : '',
    missing.includes(HONO) ? 'begin the application with app.use(httpInstrumentationMiddleware())' : '',
  ]
  return steps.filter(Boolean).join(', and ')
}

/** What to add to the list of instrumentations, and the package that it is imported from. */
function lineFor(name: string): string {
  // Without this option the instrumentation does nothing until it is registered with each Fastify instance.
  const options = name === FASTIFY ? '{ registerOnInitialization: true }' : ''
  return `new ${className(name)}(${options}) of '${name}'`
}

function className(name: string): string {
  if (name === FASTIFY) return 'FastifyOtelInstrumentation'
  const words = name.slice(INSTRUMENTATION.length).replace('nestjs-core', 'nest').split('-')
  return `${words.map((word) => word[0]?.toUpperCase() + word.slice(1)).join('')}Instrumentation`
}

/** The name in the form that OTEL_NODE_DISABLED_INSTRUMENTATIONS uses. */
export function shortName(name: string): string {
  if (name === FASTIFY) return 'fastify-otel'
  if (name === HONO) return 'hono'
  return name.replace(INSTRUMENTATION, '').replace(WINSTON_TRANSPORT, 'winston')
}
