import { occurrences } from '../data/error-groups.js'
import { SlidingWindow } from '../data/sliding-window.js'
import type { Change } from '../data/store.js'
import type { AlertRule } from './rule.js'

/** Measures one rule for one service. */
export interface Gauge {
  add(change: Change): void
  /** The current value, and whether the rule's threshold is reached. */
  read(now: number): { value: number; isReached: boolean }
}

const PARTS = 60
/** A rate over fewer logs than this means nothing. */
const MIN_LOGS_FOR_RATE = 20

/** @param since when the watch began, for a service that never sends anything */
export function createGauge(rule: AlertRule, since: number): Gauge {
  if (rule.condition === 'error_rate') return rateGauge(rule)
  if (rule.condition === 'no_logs') return silenceGauge(rule, since)
  const window = new SlidingWindow(rule.windowMs, PARTS)
  const count = COUNTS[rule.condition]
  return {
    add: (change) => {
      const found = count(change, rule)
      if (found > 0) window.add(arrival(change), found)
    },
    read: (now) => reading(window.total(now), rule.threshold),
  }
}

type Counted = Exclude<AlertRule['condition'], 'error_rate' | 'no_logs'>

/** How much a change counts for a rule. */
const COUNTS: Readonly<Record<Counted, (change: Change, rule: AlertRule) => number>> = {
  error_spike: (change) => errorsIn(change),
  log_contains: (change, rule) =>
    change.kind === 'log' && contains(change.entry.value.message, rule.text ?? '') ? 1 : 0,
  new_error: (change) => (change.kind === 'log' && change.opensGroup ? 1 : 0),
  '5xx_spike': (change) =>
    change.kind === 'request' && (change.entry.value.status_code ?? 0) >= 500 ? 1 : 0,
}

function rateGauge(rule: AlertRule): Gauge {
  const logs = new SlidingWindow(rule.windowMs, PARTS)
  const errors = new SlidingWindow(rule.windowMs, PARTS)
  return {
    add: (change) => {
      if (change.kind !== 'log') return
      logs.add(arrival(change), occurrences(change.entry.value))
      errors.add(arrival(change), errorsIn(change))
    },
    read: (now) => {
      const total = logs.total(now)
      const percent = total === 0 ? 0 : Math.round((errors.total(now) / total) * 1000) / 10
      return { value: percent, isReached: total >= MIN_LOGS_FOR_RATE && percent >= rule.threshold }
    },
  }
}

function silenceGauge(rule: AlertRule, since: number): Gauge {
  const logs = new SlidingWindow(rule.windowMs, PARTS)
  return {
    add: (change) => {
      if (change.kind === 'log') logs.add(arrival(change))
    },
    read: (now) => {
      const value = logs.total(now)
      return { value, isReached: value < rule.threshold && now - since >= rule.windowMs }
    },
  }
}

function reading(value: number, threshold: number): { value: number; isReached: boolean } {
  return { value, isReached: value >= threshold }
}

function errorsIn(change: Change): number {
  if (change.kind !== 'log') return 0
  const { level } = change.entry.value
  return level === 'error' || level === 'fatal' ? occurrences(change.entry.value) : 0
}

function arrival(change: Change): number {
  return 'entry' in change ? change.entry.at : 0
}

function contains(message: string, part: string): boolean {
  return message.toLowerCase().includes(part.toLowerCase())
}
