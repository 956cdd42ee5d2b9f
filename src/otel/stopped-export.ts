import { shared } from '../common/shared.js'
import { warnOnce } from '../config/errors.js'
import { readProperty } from '../translate/property.js'
import { exportVariable, type Signal } from './named-exporters.js'
import { logRecordProcessors, spanProcessors } from './providers.js'

/** Marks what a NodeSDK is given of us. In the registry of symbols, for there may be more copies of us than one. */
export const LOGNITOR_PART: unique symbol = Symbol.for('lognitor.part')

const state = shared('stopped-export', () => ({ isTold: false }))

/** Whoever has made the environment's exporters itself need not be told of them. */
export function knowsExports(): void {
  state.isTold = true
}

/**
 * A NodeSDK that is given processors no longer makes those that the environment asks for. To be called once a
 * record or span is there, and so the providers: where our processors stand alone and the environment asks for an
 * export, one warning says so. What another SDK holds where cannot be seen, and is not warned of.
 */
export function warnOfStoppedExport(): void {
  if (state.isTold) return
  state.isTold = true
  const stopped = (['traces', 'logs'] as const).filter(isStopped)
  if (stopped.length === 0) return
  const variables = new Set(stopped.map((signal) => exportVariable(signal, process.env)))
  warnOnce(
    'LOGNITOR_EXPORT_STOPPED',
    `The environment asks for an export by OTLP (${[...variables].join(', ')}), and the ${stopped.join(' and ')} no longer go there, ` +
      'for a NodeSDK that is given processors makes none from the environment. Put the configuration into sdkConfig of ' +
      "'@lognitor/opentelemetry/sdk', which keeps that export: new NodeSDK(sdkConfig({}, { instrumentations: [...] })). " +
      'Or set OTEL_TRACES_EXPORTER=none and OTEL_LOGS_EXPORTER=none if nothing is to go there.',
  )
}

function isStopped(signal: Signal): boolean {
  if (exportVariable(signal, process.env) === undefined) return false
  const processors = signal === 'traces' ? spanProcessors() : logRecordProcessors()
  return Array.isArray(processors) && processors.length > 0 && processors.every(isOurs)
}

/** A processor of ours, or any that our exporter stands behind. */
export function isOurs(processor: unknown): boolean {
  return (
    readProperty(processor, LOGNITOR_PART) === true ||
    readProperty(readProperty(processor, '_exporter'), LOGNITOR_PART) === true
  )
}
