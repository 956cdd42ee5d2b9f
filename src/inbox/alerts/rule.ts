import { isObject } from '../schema/check.js'

/** What an alert can watch for. */
export const CONDITIONS = [
  /** So many errors (level error or fatal, held-back ones included) within the window. */
  'error_spike',
  /** So many percent of all logs are errors, once there are 20 logs in the window. */
  'error_rate',
  /** So many logs whose message contains a text, whatever the case of its letters. */
  'log_contains',
  /** So many errors of a kind never seen before. */
  'new_error',
  /** So many requests answered by 500 or above. */
  '5xx_spike',
  /** Fewer logs than that within the window, from a service that had sent some. */
  'no_logs',
] as const

export type AlertCondition = (typeof CONDITIONS)[number]

/** One rule, which is watched for each service by itself. */
export interface AlertRule {
  name: string
  condition: AlertCondition
  /** Fires at this value; `no_logs` fires below it. */
  threshold: number
  /** Milliseconds that are looked at, from one second to a day. */
  windowMs: number
  /** Watch this service only. Default: each that sends something. */
  service?: string
  /** What `log_contains` looks for. */
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

/** A foreign configuration, or in words what is wrong with it. */
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
