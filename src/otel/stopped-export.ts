import { shared } from '../common/shared.js'
import { warnOnce } from '../config/errors.js'
import { readProperty } from '../translate/property.js'
import { exportVariable, type Signal } from './named-exporters.js'
import { logRecordProcessors, spanProcessors } from './providers.js'

/**
 * Marks our processors and exporters in a NodeSDK. The symbol is registered globally, because several copies of this
 * package may be loaded.
 */
export const LOGNITOR_PART: unique symbol = Symbol.for('lognitor.part')

const state = shared('stopped-export', () => ({ isTold: false }))

/** Turns off the warning: the caller creates the environment's exporters itself. */
export function knowsExports(): void {
  state.isTold = true
}

/**
 * Warns once where the environment asks for an export that is not set up: a NodeSDK that is given processors does not
 * create those of the environment. Must be called once a record or span has arrived, so that the providers exist. The
 * processors of another SDK cannot be seen, and cause no warning.
 */
export function warnOfStoppedExport(): void {
  if (state.isTold) return
  state.isTold = true
  const stopped = (['traces', 'logs'] as const).filter(isStopped)
  if (stopped.length === 0) return
  const variables = new Set(stopped.map((signal) => exportVariable(signal, process.env)))
  warnOnce(
    'LOGNITOR_EXPORT_STOPPED',
    `The environment asks for an export by OTLP (${[...variables].join(', ')}), and the ${stopped.join(' and ')} are no longer exported, ` +
      'because a NodeSDK with processors in its configuration makes none from the environment. Put the configuration into sdkConfig of ' +
      "'@lognitor/opentelemetry/sdk', which keeps that export: new NodeSDK(sdkConfig({}, { instrumentations: [...] })). " +
      'Or set OTEL_TRACES_EXPORTER=none and OTEL_LOGS_EXPORTER=none if no export is wanted.',
  )
}

function isStopped(signal: Signal): boolean {
  if (exportVariable(signal, process.env) === undefined) return false
  const processors = signal === 'traces' ? spanProcessors() : logRecordProcessors()
  return Array.isArray(processors) && processors.length > 0 && processors.every(isOurs)
}

/** Whether the processor is one of ours, or has our exporter behind it. */
export function isOurs(processor: unknown): boolean {
  return (
    readProperty(processor, LOGNITOR_PART) === true ||
    readProperty(readProperty(processor, '_exporter'), LOGNITOR_PART) === true
  )
}
