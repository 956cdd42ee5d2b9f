import { isMainThread } from 'node:worker_threads'
import { isChained } from '../../instrumentation/hooks.js'
import type { HttpConfig } from '../../instrumentation/http-config.js'
import { LognitorHttpInstrumentation } from '../../instrumentation/http-instrumentation.js'
import { hasPeer } from '../../instrumentation/peer.js'
import { type WithLognitorOptions, withLognitor } from '../../instrumentation/with-lognitor.js'
import { warnOnce } from '../config/errors.js'
import type { Packages } from './packages.js'

export const HTTP = '@opentelemetry/instrumentation-http'

/** An instrumentation, reduced to what finding it in a list needs. */
export interface InstrumentationLike {
  readonly instrumentationName?: string
  getConfig?(): HttpConfig
  setConfig?(config: HttpConfig): void
  disable?(): void
  setTracerProvider?(provider: unknown): void
  setLoggerProvider?(provider: unknown): void
  getModuleDefinitions?(): readonly { readonly name: string }[]
}

export interface HttpParts {
  /** For request entries: the client, and the options of request entries. */
  readonly entries: WithLognitorOptions
  /** The options of HttpInstrumentation. */
  readonly http: HttpConfig
  readonly packages: Packages
  /** False where the environment turns the HTTP instrumentation off. Request entries are then written without spans. */
  readonly isWanted: boolean
}

/**
 * Adds request entries to a list of instrumentations. An HttpInstrumentation in the list gets our hook beside its own
 * hooks, one of ours stays as it is, and where there is none ours is put in front. Without the package
 * `@opentelemetry/instrumentation-http`, request entries are written without spans, and one warning names the package.
 * @throws LognitorError for a wrong option
 */
export function withRequestEntries(
  input: readonly InstrumentationLike[],
  parts: HttpParts,
): InstrumentationLike[] {
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

/** Undefined where the package is installed neither beside this package nor where the application sees it. */
function makeHttp({ entries, http, packages }: HttpParts): InstrumentationLike | undefined {
  if (hasPeer) return new LognitorHttpInstrumentation({ ...http, ...entries })
  try {
    const Http = packages.load(HTTP)?.HttpInstrumentation
    if (typeof Http !== 'function') return undefined
    return new (Http as new (config: object) => InstrumentationLike)(withLognitor(http, entries))
  } catch {
    // A package that is installed but broken is treated as missing.
    return undefined
  }
}

function warnOfMissing(packages: Packages): void {
  const isBroken = packages.resolve(HTTP) !== undefined
  warnOnce(
    'LOGNITOR_MISSING_PEER',
    isBroken
      ? `Requests have request entries but no spans, and their logs have no trace ids: ${HTTP} is installed but cannot be loaded. Install it again: npm install ${HTTP}`
      : `Requests have request entries but no spans, and their logs have no trace ids. To have both: npm install ${HTTP}`,
    HTTP,
  )
}
