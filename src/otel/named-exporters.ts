import { splitList } from '../config/option-kinds.js'
import type { Environment } from '../config/options.js'

export type Signal = 'traces' | 'logs'

/**
 * The exporters that OTEL_TRACES_EXPORTER or OTEL_LOGS_EXPORTER name, read as NodeSDK reads them: `none` beside other
 * names means `otlp` for traces, and nothing for logs.
 *
 * @param fallback used where the variable is not set; NodeSDK's own default is `otlp`
 */
export function exporterNames(signal: Signal, env: Environment, fallback: 'otlp' | 'none'): string[] {
  const names = [...new Set(splitList(env[`OTEL_${signal.toUpperCase()}_EXPORTER`] ?? ''))]
  if (names.length === 0) return fallback === 'none' ? [] : [fallback]
  if (!names.includes('none')) return names
  return signal === 'logs' || names[0] === 'none' ? [] : ['otlp']
}

/**
 * The variable by which the environment asks for an export to a Collector or another receiver. Undefined where
 * NodeSDK's default applies.
 */
export function exportVariable(signal: Signal, env: Environment): string | undefined {
  const isSet = (name: string) => (env[name]?.trim() ?? '') !== ''
  const exporter = `OTEL_${signal.toUpperCase()}_EXPORTER`
  if (isSet(exporter)) {
    return exporterNames(signal, env, 'none').some((name) => name !== 'console') ? exporter : undefined
  }
  const addresses = [
    `OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_ENDPOINT`,
    'OTEL_EXPORTER_OTLP_ENDPOINT',
  ] as const
  return addresses.find(isSet)
}
