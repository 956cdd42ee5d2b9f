import { createRequire } from 'node:module'
import { sep } from 'node:path'
import { mainEntry } from '../client/main-entry.js'
import { callStack } from '../common/call-stack.js'
import { warnOnce } from '../config/errors.js'
import type { Pipeline } from '../pipeline/pipeline.js'
import type { InstrumentationLike } from './http.js'
import { isWanted } from './instrumentations.js'
import { LOGGERS, type MissingParts, NEEDS, nameMissing } from './missing.js'
import { nameUnsupported } from './unsupported.js'

/** By then a server has loaded the packages it uses. */
const LOOK_AFTER_MS = 2000
const CONSOLE = '@opentelemetry/instrumentation-console'

export interface UseParts extends Omit<MissingParts, 'active'> {
  readonly instrumentations: readonly InstrumentationLike[]
  /** The dependencies in the application's package.json. */
  readonly dependencies: readonly string[]
}

/**
 * Warns of what the application uses without an instrumentation: at once for the dependencies of its package.json, and
 * after 2 s and at the end for what it has loaded besides, for loaded packages whose instrumentation does not support
 * their version, and for an application that logs only by console.
 */
export function watchUse({ instrumentations, dependencies, ...others }: UseParts, pipeline: Pipeline): void {
  const active = new Set(instrumentations.map((one) => one.instrumentationName ?? ''))
  const parts: MissingParts = { ...others, active }
  const named = new Set(dependencies)
  nameMissing(named, parts)
  nameLate(parts)
  if (!pipeline.isActive) return
  const consoleUse = watchConsole()
  const look = (isAtEnd: boolean): void => {
    const loaded = loadedPackages()
    nameMissing(
      [...loaded].filter((name) => !named.has(name)),
      parts,
    )
    for (const name of loaded) named.add(name)
    nameUnsupported(instrumentations, parts.env)
    const hasOtherLogs = pipeline.ledger.written > 0 || LOGGERS.some((name) => loaded.has(name))
    // An application that has loaded the client may log by it later.
    if (consoleUse.isUsed() && !hasOtherLogs && (isAtEnd || !mainEntry.isLoaded)) hintAtConsole(parts)
  }
  const timer = setTimeout(() => look(false), LOOK_AFTER_MS).unref()
  pipeline.beforeEnd(() => {
    clearTimeout(timer)
    consoleUse.stop()
    look(true)
  })
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
  const listed = isInCode ? `, and add new ConsoleInstrumentation() of '${CONSOLE}' to instrumentations` : ''
  warnOnce(
    'LOGNITOR_CONSOLE_ONLY',
    `This application logs by console alone, and its lines are not sent. To have them: npm install ${CONSOLE}${listed}. ` +
      'OTEL_NODE_DISABLED_INSTRUMENTATIONS=console silences this.',
  )
}

/** Names of the packages of which a CommonJS module is loaded. All packages that are looked for are CommonJS. */
export function loadedPackages(): Set<string> {
  const names = new Set<string>()
  for (const path of Object.keys(createRequire(`${process.cwd()}/_`).cache)) {
    const name = packageNameIn(path)
    if (name !== undefined) names.add(name)
  }
  return names
}

const METHODS = ['log', 'info', 'warn', 'error', 'debug'] as const

/** Node prints warnings by console, too. */
const NODE_WARNING = 'node:internal/process/warning'
const FRAMES = 10

/** Observes whether the application writes by console. The first line, or `stop`, restores console. */
function watchConsole(): { isUsed(): boolean; stop(): void } {
  let isUsed = false
  const replaced = METHODS.map((method) => {
    const original = console[method]
    const noticing = function (this: unknown, ...words: unknown[]) {
      if (!callStack(FRAMES, noticing).includes(NODE_WARNING)) {
        isUsed = true
        stop()
      }
      return Reflect.apply(original, this, words)
    }
    console[method] = noticing
    return () => {
      if (console[method] === noticing) console[method] = original
    }
  })
  const stop = () => {
    for (const putBack of replaced) putBack()
  }
  return { isUsed: () => isUsed, stop }
}

const MODULES = `${sep}node_modules${sep}`

/** The package that a file belongs to, found by the last `node_modules` in its path. */
function packageNameIn(path: string): string | undefined {
  const at = path.lastIndexOf(MODULES)
  if (at < 0) return undefined
  const [name, inScope] = path.slice(at + MODULES.length).split(sep, 2)
  if (name === undefined || inScope === undefined) return undefined
  return name.startsWith('@') ? `${name}/${inScope}` : name
}
