import { isMainThread } from 'node:worker_threads'
import { isChained } from '../../instrumentation/hooks.js'
import type { HttpConfig } from '../../instrumentation/http-config.js'
import { LognitorHttpInstrumentation } from '../../instrumentation/http-instrumentation.js'
import { hasPeer } from '../../instrumentation/peer.js'
import { type WithLognitorOptions, withLognitor } from '../../instrumentation/with-lognitor.js'
import { warnOnce } from '../config/errors.js'
import type { Packages } from './packages.js'

export const HTTP = '@opentelemetry/instrumentation-http'

/** An instrumentation, as far as its place in a list of them is looked for. */
export interface InstrumentationLike {
  readonly instrumentationName?: string
  getConfig?(): HttpConfig
  setConfig?(config: HttpConfig): void
  disable?(): void
  setTracerProvider?(provider: unknown): void
  setLoggerProvider?(provider: unknown): void
}

export interface HttpParts {
  /** For request entries: the client, and what rows hold. */
  readonly entries: WithLognitorOptions
  /** Options of HttpInstrumentation. */
  readonly http: HttpConfig
  readonly packages: Packages
  /** False where the environment turns the HTTP instrumentation off: then there are rows without spans. */
  readonly isWanted: boolean
}

/**
 * The list with request entries in it: an HttpInstrumentation that is there gets our hook beside its own ones, one of
 * ours stays as it is, and where there is none ours is put in front. Without the package rows still come, and one
 * warning names it.
 * @throws {LognitorError} for a wrong option
 */
export function withRows(input: readonly InstrumentationLike[], parts: HttpParts): InstrumentationLike[] {
  const { entries, http, packages, isWanted } = parts
  const there = input.filter((one) => one?.instrumentationName === HTTP)
  if (there.some((one) => isChained(one.getConfig?.()?.requestHook))) return [...input]
  const [first] = there
  if (first?.setConfig !== undefined) {
    first.setConfig(withLognitor({ ...first.getConfig?.(), ...http }, entries))
    return [...input]
  }
  const made = isWanted ? makeHttp(parts) : undefined
  if (made !== undefined) return [made, ...input]
  withLognitor(http, entries)
  if (isWanted && isMainThread) warnOfMissing(packages)
  return [...input]
}

/** Undefined where the package is not installed, neither beside us nor where the application sees it. */
function makeHttp({ entries, http, packages }: HttpParts): InstrumentationLike | undefined {
  if (hasPeer) return new LognitorHttpInstrumentation({ ...http, ...entries })
  try {
    const Http = packages.load(HTTP)?.HttpInstrumentation
    if (typeof Http !== 'function') return undefined
    return new (Http as new (config: object) => InstrumentationLike)(withLognitor(http, entries))
  } catch {
    // Installed, and broken: as good as missing.
    return undefined
  }
}

function warnOfMissing(packages: Packages): void {
  const isBroken = packages.resolve(HTTP) !== undefined
  warnOnce(
    'LOGNITOR_MISSING_PEER',
    isBroken
      ? `Requests have rows but no spans, and their logs no trace ids: ${HTTP} is installed but cannot be loaded. Install it again: npm install ${HTTP}`
      : `Requests have rows but no spans, and their logs no trace ids: npm install ${HTTP}`,
    HTTP,
  )
}
