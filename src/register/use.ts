import { createRequire } from 'node:module'
import { warnOnce } from '../config/errors.js'
import type { Pipeline } from '../pipeline/pipeline.js'
import { isWanted } from './instrumentations.js'
import { LOGGERS, type MissingParts, NEEDS, nameMissing } from './missing.js'

/** By then a server has loaded the packages it uses. */
const LOOK_AFTER_MS = 2000
const CONSOLE = '@opentelemetry/instrumentation-console'

/**
 * Warns of what the application uses without an instrumentation: at once for the dependencies of its package.json, and
 * after 2 s, or at the end of a shorter program, for what it has loaded besides, and for an application that logs only
 * by console.
 *
 * @param dependencies the dependencies in the application's package.json
 */
export function watchUse(parts: MissingParts, dependencies: readonly string[], pipeline: Pipeline): void {
  const declared = new Set(dependencies)
  nameMissing(declared, parts)
  nameLate(parts)
  if (!pipeline.isActive) return
  const usesConsole = noticeConsole()
  const look = (): void => {
    clearTimeout(timer)
    stopLooking()
    const loaded = loadedPackages()
    nameMissing(
      [...loaded].filter((name) => !declared.has(name)),
      parts,
    )
    if (usesConsole() && pipeline.ledger.written === 0 && !LOGGERS.some((name) => loaded.has(name))) {
      hintAtConsole(parts)
    }
  }
  const timer = setTimeout(look, LOOK_AFTER_MS).unref()
  const stopLooking = pipeline.beforeEnd(look)
}

/** Must be called when the instrumentations have been created and no application code has run. */
function nameLate({ active }: MissingParts): void {
  const known = [...loadedPackages()].filter((name) => Object.hasOwn(NEEDS, name))
  const late = known.filter((name) => NEEDS[name]?.some((need) => active.has(need)))
  if (late.length === 0) return
  warnOnce(
    'LOGNITOR_LOADED_TOO_LATE',
    `${late.join(', ')} was loaded before OpenTelemetry was set up, and is not instrumented: its logs, spans and errors do not arrive. Load the set-up first: ` +
      'put it into a file of its own, and start with node --import ./telemetry.mjs app.js.',
  )
}

function hintAtConsole({ active, env, isInCode }: MissingParts): void {
  if (active.has(CONSOLE) || !isWanted('console', env)) return
  const listed = isInCode ? ', and add new ConsoleInstrumentation() to instrumentations' : ''
  warnOnce(
    'LOGNITOR_CONSOLE_ONLY',
    `This application logs by console alone, and its lines are not sent: npm install ${CONSOLE}${listed}. ` +
      'OTEL_NODE_DISABLED_INSTRUMENTATIONS=console silences this.',
  )
}

/** Names of the packages of which a CommonJS module is loaded. All packages that are looked for are CommonJS. */
export function loadedPackages(): Set<string> {
  const names = new Set<string>()
  for (const path of Object.keys(createRequire(`${process.cwd()}/_`).cache)) {
    const name = packageNameIn(path)
    if (name !== undefined) names.add(name.replace('\\', '/'))
  }
  return names
}

const METHODS = ['log', 'info', 'warn', 'error', 'debug'] as const

/**
 * Observes whether the application writes by console, and returns a function that tells. The first line restores
 * console.
 */
function noticeConsole(): () => boolean {
  let isUsed = false
  const replaced = METHODS.map((method) => {
    const original = console[method]
    const noticing = function (this: unknown, ...words: unknown[]) {
      isUsed = true
      for (const putBack of replaced) putBack()
      return Reflect.apply(original, this, words)
    }
    console[method] = noticing
    return () => {
      if (console[method] === noticing) console[method] = original
    }
  })
  return () => {
    for (const putBack of replaced) putBack()
    return isUsed
  }
}

/** The package that a file belongs to, found by the last `node_modules` in its path. */
function packageNameIn(path: string): string | undefined {
  const segments = path.split(/[\\/]/)
  const [name, inScope] = segments.slice(segments.lastIndexOf('node_modules') + 1)
  if (!segments.includes('node_modules') || name === undefined || inScope === undefined) return undefined
  return name.startsWith('@') ? `${name}/${inScope}` : name
}
