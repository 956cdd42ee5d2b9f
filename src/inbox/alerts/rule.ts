import { isObject } from '../schema/check.js'

/** What an alert can watch for. */
export const CONDITIONS = [
  /** Number of errors within the window: logs at level error or fatal, plus those a client held back. */
  'error_spike',
  /** Percentage of errors among all logs in the window, from 20 logs on. */
  'error_rate',
  /** Number of logs whose message contains a text; upper and lower case are equal. */
  'log_contains',
  /** Number of errors of a kind that has not been seen before. */
  'new_error',
  /** Number of requests answered with 500 or above. */
  '5xx_spike',
  /** Fewer logs than the threshold within the window, from a service that has sent some. */
  'no_logs',
] as const

export type AlertCondition = (typeof CONDITIONS)[number]

/** One rule. It is evaluated for each service separately. */
export interface AlertRule {
  name: string
  condition: AlertCondition
  /** The rule fires at this value; `no_logs` fires below it. */
  threshold: number
  /** The window in milliseconds, from one second to a day. */
  windowMs: number
  /** Watch this service only. Default: every service that sends something. */
  service?: string
  /** The text that `log_contains` searches for. */
  text?: string
}

export interface AlertConfig {
  rules: AlertRule[]
  /** Loopback address to which alerts and recoveries are posted. */
  webhookUrl?: string
}

const MINUTE_MS = 60_000

export const DEFAULT_RULES: readonly AlertRule[] = [
  { name: 'Error spike', condition: 'error_spike', threshold: 50, windowMs: 5 * MINUTE_MS },
  { name: 'Error rate', condition: 'error_rate', threshold: 10, windowMs: 5 * MINUTE_MS },
  {
    name: 'Out of memory',
    condition: 'log_contains',
    threshold: 1,
    windowMs: 5 * MINUTE_MS,
    text: 'out of memory',
  },
  { name: 'New error', condition: 'new_error', threshold: 1, windowMs: 5 * MINUTE_MS },
  { name: '5xx spike', condition: '5xx_spike', threshold: 20, windowMs: 5 * MINUTE_MS },
  { name: 'No logs', condition: 'no_logs', threshold: 1, windowMs: 10 * MINUTE_MS },
]

const MAX_RULES = 50
const RULE_NAMES = ['name', 'condition', 'threshold', 'windowMs', 'service', 'text']

/** Checks a configuration from outside. Gives the configuration, or a sentence that says what is wrong. */
export function parseAlertConfig(value: unknown): AlertConfig | string {
  if (!isObject(value)) return 'Alerts are configured by an object with "rules" and "webhookUrl".'
  for (const name of Object.keys(value)) {
    if (name !== 'rules' && name !== 'webhookUrl') return `There is no setting "${name.slice(0, 50)}".`
  }
  const { rules = DEFAULT_RULES, webhookUrl } = value
  if (!Array.isArray(rules) || rules.length > MAX_RULES)
    return `"rules" must be a list of at most ${MAX_RULES} rules.`
  for (let index = 0; index < rules.length; index++) {
    const problem = problemOf(rules[index])
    if (problem !== undefined) return `rules.${index}: ${problem}`
  }
  if (webhookUrl === undefined) return { rules: rules as AlertRule[] }
  if (!isLoopbackUrl(webhookUrl)) return '"webhookUrl" must be an http address on loopback.'
  return { rules: rules as AlertRule[], webhookUrl }
}

function problemOf(rule: unknown): string | undefined {
  if (!isObject(rule)) return 'must be an object'
  const unknown = Object.keys(rule).find((name) => !RULE_NAMES.includes(name))
  if (unknown !== undefined) return `has no setting "${unknown.slice(0, 50)}"`
  if (!isName(rule.name)) return '"name" must be a text of 1 to 200 characters'
  if (!CONDITIONS.some((condition) => condition === rule.condition)) {
    return `"condition" must be one of ${CONDITIONS.join(', ')}`
  }
  if (typeof rule.threshold !== 'number' || !(rule.threshold > 0))
    return '"threshold" must be a number above 0'
  const { windowMs } = rule
  if (typeof windowMs !== 'number' || !(windowMs >= 1000 && windowMs <= 86_400_000)) {
    return '"windowMs" must be from 1000 to 86400000'
  }
  if (rule.service !== undefined && !isName(rule.service))
    return '"service" must be a text of 1 to 200 characters'
  if (rule.condition === 'log_contains' ? !isName(rule.text) : rule.text !== undefined) {
    return '"text" belongs to log_contains, and has 1 to 200 characters'
  }
  return undefined
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= 200
}

export function isLoopbackUrl(value: unknown): value is string {
  if (typeof value !== 'string' || !URL.canParse(value)) return false
  const { protocol, hostname } = new URL(value)
  return protocol === 'http:' && /^(localhost|\[::1\]|127(\.\d{1,3}){3})$/.test(hostname)
}
