import { DropLedger, type DropReason } from '../../src/diagnostics/drop-ledger.js'
import { createPolicy, type Policy, type PolicySettings } from '../../src/policy/policy.js'
import { parseRedactions } from '../../src/policy/redact.js'
import type { Redaction } from '../../src/policy/redact-patterns.js'
import { scrubbedParams } from '../../src/policy/scrub-url.js'
import type { Log } from '../../src/wire/log.js'
import { type ManualClock, manualClock } from '../support/manual-clock.js'

export interface Bench {
  readonly policy: Policy
  readonly ledger: DropLedger
  readonly clock: ManualClock
  /** The logs that were sent, parsed from their JSON. */
  readonly sent: Log[]
  readonly dropped: () => Partial<Record<DropReason, number>>
}

/** A policy with clock, random numbers and ids from the test. `redact` accepts what `redactPatterns` accepts. */
export function bench(
  input: Partial<Omit<PolicySettings, 'redact'>> & {
    redact?: readonly unknown[]
    random?: () => number
    onDrop?: () => void
  } = {},
): Bench {
  const { redact = [], random = () => 0.5, onDrop, ...settings } = input
  const ledger = new DropLedger(onDrop)
  const clock = manualClock()
  const sent: Log[] = []
  let ids = 0
  const policy = createPolicy({
    settings: settingsOf({ ...settings, redact: redactions(redact) }),
    ledger,
    clock,
    random,
    newId: () => `id-${++ids}`,
    out: (json) => sent.push(JSON.parse(json) as Log),
  })
  return { policy, ledger, clock, sent, dropped: () => ledger.dropped() }
}

export function settingsOf(settings: Partial<PolicySettings> = {}): PolicySettings {
  return {
    enabled: true,
    redact: [],
    scrubParams: scrubbedParams(),
    autoTruncate: false,
    duplicateWindowMs: 5000,
    ...settings,
  }
}

export function redactions(patterns: readonly unknown[]): Redaction[] {
  const parsed = parseRedactions(patterns)
  if (typeof parsed === 'string') throw new Error(parsed)
  return parsed
}

export function info(fields: Partial<Log> = {}): Log {
  return { level: 'info', message: 'Order created', timestamp: '2026-11-23T02:10:06.062Z', ...fields }
}

export function failure(message = 'boom', fields: Partial<Log> = {}): Log {
  return info({ level: 'error', message, error: { type: 'T', message }, ...fields })
}

/** A deeply frozen value: changing it throws. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value)
    for (const field of Object.values(value)) deepFreeze(field)
  }
  return value
}
