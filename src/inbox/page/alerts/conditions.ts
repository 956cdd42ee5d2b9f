import type { AlertCondition } from '../../alerts/rule.js'

interface Condition {
  readonly name: string
  readonly unit: string
  readonly isBelow?: true
}

/** The texts for the six kinds of alert. */
export const CONDITIONS: Readonly<Record<AlertCondition, Condition>> = {
  error_spike: { name: 'Error spike', unit: 'errors' },
  error_rate: { name: 'Error rate', unit: '% of the logs' },
  log_contains: { name: 'A log contains', unit: 'logs' },
  new_error: { name: 'New error', unit: 'new errors' },
  '5xx_spike': { name: '5xx spike', unit: 'failed requests' },
  no_logs: { name: 'No logs', unit: 'logs', isBelow: true },
}

export const CONDITION_NAMES = Object.keys(CONDITIONS) as AlertCondition[]
