import { cut } from '../data/short-key.js'
import type { Change } from '../data/store.js'
import { createGauge, type Gauge } from './gauge.js'
import { type AlertConfig, type AlertRule, DEFAULT_RULES } from './rule.js'

/** An alert that fired, in the form that is posted to the webhook. */
export interface Alert {
  id: number
  alert_name: string
  condition: AlertRule['condition']
  threshold: number
  /** The value at which the alert fired; for `error_rate` in percent. */
  current_value: number
  /** The rule's window, such as `5m`. */
  time_window: string
  /** ISO 8601, by the inbox's clock. */
  fired_at: string
  /** Null when the logs name no service. */
  service: string | null
  dashboard_url: string
  status: 'firing' | 'recovered'
  recovered_at: string | null
}

/** How close a rule is to firing for one service. */
export interface Watched {
  name: string
  condition: AlertRule['condition']
  service: string | null
  value: number
  threshold: number
  isFiring: boolean
}

interface Watch {
  readonly rule: AlertRule
  readonly service: string
  readonly gauge: Gauge
  alert: Alert | undefined
}

const MAX_ALERTS = 1000
/** Service names come from whoever sends logs. Services beyond this number are not watched. */
const MAX_SERVICES = 200
const MAX_WATCHED = 200

/** Checks incoming data against the rules, separately for each service. */
export class Alerts {
  readonly #now: () => number
  readonly #tell: (alert: Alert) => void
  readonly #pageUrl: () => string
  #config: AlertConfig = { rules: [...DEFAULT_RULES] }
  #watches = new Map<string, Watch[]>()
  #alerts: Alert[] = []
  #lastId = 0

  /**
   * @param pageUrl gives the address of the page, for the link in an alert
   * @param tell called when an alert fires, and again when it recovers
   */
  constructor(now: () => number, pageUrl: () => string, tell: (alert: Alert) => void) {
    this.#now = now
    this.#pageUrl = pageUrl
    this.#tell = tell
  }

  get config(): AlertConfig {
    return this.#config
  }

  /** Replaces the rules. All measurements start again. */
  configure(config: AlertConfig): void {
    this.#config = config
    this.clear()
  }

  /** Alerts that fired, the latest first. */
  list(): Alert[] {
    this.evaluate()
    return this.#alerts.map((alert) => ({ ...alert })).reverse()
  }

  /** The current value of each rule and service: those that fire first, then by distance from the threshold. */
  watched(): Watched[] {
    const now = this.#now()
    return [...this.#watches.values()]
      .flat()
      .map(({ rule, service, gauge, alert }) => ({
        name: rule.name,
        condition: rule.condition,
        service: service === '' ? null : service,
        value: gauge.read(now).value,
        threshold: rule.threshold,
        isFiring: alert !== undefined,
      }))
      .sort((a, b) => Number(b.isFiring) - Number(a.isFiring) || nearness(b) - nearness(a))
      .slice(0, MAX_WATCHED)
  }

  add(change: Change): void {
    if (change.kind === 'cleared') this.clear()
    if (change.kind !== 'log' && change.kind !== 'request') return
    const service = cut(change.entry.value.service ?? '', 200)
    const watches = this.#watches.get(service) ?? this.#watch(service, change.entry.at)
    for (const watch of watches) watch.gauge.add(change)
  }

  /** Evaluates all rules, and reports those that fire or recover now. */
  evaluate(): void {
    const now = this.#now()
    for (const watches of this.#watches.values()) for (const watch of watches) this.#check(watch, now)
  }

  clear(): void {
    this.#alerts = []
    this.#watches = new Map()
    // Services that a rule names are watched from the start: `no_logs` must fire when such a service never sends
    // anything.
    for (const { service } of this.#config.rules) {
      if (service !== undefined && !this.#watches.has(service)) this.#watch(service, this.#now())
    }
  }

  #watch(service: string, since: number): Watch[] {
    if (this.#watches.size >= MAX_SERVICES) return []
    const watches = this.#config.rules
      .filter((rule) => rule.service === undefined || rule.service === service)
      .map((rule) => ({ rule, service, gauge: createGauge(rule, since), alert: undefined }))
    this.#watches.set(service, watches)
    return watches
  }

  #check(watch: Watch, now: number): void {
    const { value, isReached } = watch.gauge.read(now)
    if (isReached && watch.alert === undefined) {
      watch.alert = this.#fire(watch, value, now)
      this.#tell({ ...watch.alert })
    } else if (!isReached && watch.alert !== undefined) {
      const recovered = watch.alert
      watch.alert = undefined
      recovered.status = 'recovered'
      recovered.recovered_at = new Date(now).toISOString()
      this.#tell({ ...recovered, current_value: value })
    }
  }

  #fire({ rule, service }: Watch, value: number, now: number): Alert {
    const alert: Alert = {
      id: ++this.#lastId,
      alert_name: rule.name,
      condition: rule.condition,
      threshold: rule.threshold,
      current_value: value,
      time_window: inWords(rule.windowMs),
      fired_at: new Date(now).toISOString(),
      service: service === '' ? null : service,
      dashboard_url: `${this.#pageUrl()}/${service === '' ? '' : `?${new URLSearchParams({ service })}`}`,
      status: 'firing',
      recovered_at: null,
    }
    this.#alerts = [...this.#alerts, alert].slice(-MAX_ALERTS)
    return alert
  }
}

function inWords(windowMs: number): string {
  const seconds = windowMs / 1000
  if (seconds % 3600 === 0) return `${seconds / 3600}h`
  return seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`
}

function nearness({ value, threshold, condition }: Watched): number {
  return condition === 'no_logs' ? 0 : value / threshold
}
