import { renameSync, writeFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'
import { context, createContextKey } from '@opentelemetry/api'
import { loggerProvider, tracerProvider } from '../../otel/providers.js'
import { openPipelines } from '../../pipeline/registry.js'
import { isLoaderHooked } from '../../register/loader-hook.js'
import { OLDER_BRIDGES } from '../../register/logs-api.js'
import { loadedPackages } from '../../register/use.js'
import { readProperty } from '../../translate/property.js'
import type { Accepted, Report } from './report.js'
import type { GivenWarning } from './warnings.js'

/*
 * `lognitor doctor -- node app.js` loads this module before the application. The module writes its observations to the
 * file in this environment variable, from time to time and at the end.
 */

const VARIABLE = 'LOGNITOR_DOCTOR_REPORT'
const EVERY_MS = 500
const MOST_WARNINGS = 100

const file = process.env[VARIABLE]
// Child processes of the application would overwrite the report.
delete process.env[VARIABLE]
if (file !== undefined && isMainThread) observe(file)

export function observe(file: string): void {
  const warnings: GivenWarning[] = []
  const write = (): void => {
    try {
      // The report is replaced in one step, so that a reader always finds a complete one.
      writeFileSync(`${file}.next`, JSON.stringify(look(warnings)))
      renameSync(`${file}.next`, file)
    } catch {
      // Without a report the doctor says that the check could not be done.
    }
  }
  process.on('warning', (warning) => {
    const { code, message } = warning as { code?: unknown; message: string }
    if (typeof code !== 'string' || !code.startsWith('LOGNITOR_') || warnings.length >= MOST_WARNINGS) return
    warnings.push({ code, message })
    write()
  })
  process.on('exit', write)
  // A signal, or process.exit, ends the process when the last logs have been delivered.
  for (const name of ['kill', 'reallyExit'] as const) callBefore(name, write)
  setInterval(write, EVERY_MS).unref()
  write()
}

function callBefore(name: 'kill' | 'reallyExit', write: () => void): void {
  const holder = process as unknown as Record<string, (...args: unknown[]) => unknown>
  const original = holder[name]
  if (original === undefined) return
  holder[name] = (...args) => {
    write()
    return Reflect.apply(original, process, args)
  }
}

const seen = new Set<ReturnType<typeof openPipelines>[number]>()

/** Counts the clients that the program has ended, too. */
function accepted(): Accepted {
  for (const pipeline of openPipelines()) seen.add(pipeline)
  const all = [...seen].map((pipeline) => pipeline.ledger)
  return {
    logs: all.reduce((sum, ledger) => sum + ledger.accepted, 0),
    requests: all.reduce((sum, ledger) => sum + ledger.requestsAccepted, 0),
  }
}

function look(warnings: readonly GivenWarning[]): Report {
  const loaded = loadedPackages()
  const registry = globalThis as Record<symbol, unknown>
  const hasNewLogs = readProperty(registry[Symbol.for('opentelemetry.js.api.1')], 'logs') !== undefined
  const hasOldLogs = registry[Symbol.for('io.opentelemetry.js.api.logs')] !== undefined
  const sampler = readProperty(readProperty(tracerProvider(), '_tracerOptions'), 'sampler')
  return {
    warnings,
    hasSdk: tracerProvider() !== undefined || loggerProvider() !== undefined,
    hasTracer: tracerProvider() !== undefined,
    ...(sampler !== undefined && { sampler: String(sampler) }),
    keepsContext: keepsContext(),
    isEsModule: process.mainModule === undefined,
    hasLoaderHook: hasLoaderHook(),
    accepted: accepted(),
    lostBridges: hasNewLogs && !hasOldLogs ? OLDER_BRIDGES.filter((name) => loaded.has(name)) : [],
  }
}

function keepsContext(): boolean {
  const key = createContextKey('lognitor.doctor')
  return context.with(context.active().setValue(key, 1), () => context.active().getValue(key) === 1)
}

/** A loader hook that the application has registered marks the URL of every module. */
function hasLoaderHook(): boolean {
  try {
    return isLoaderHooked() || import.meta.resolve('./register.mjs').includes('iitm=true')
  } catch {
    return false
  }
}
