import type { DropReason } from '../../../diagnostics/drop-ledger.js'
import { INTENDED_DROPS } from '../../../diagnostics/intended-drops.js'
import type { GatewayReport } from '../../data/gateway-reports.js'
import type { Report } from '../../data/reports.js'
import { whole } from '../shared/format.js'
import { Text } from '../shared/text.js'

/** What each reason means, for people who do not know its name. */
const WORDS: Readonly<Record<DropReason, string>> = {
  invalid: 'its level is unknown',
  disabled: 'the client is disabled, or has no API key',
  min_level: 'below the minimum level',
  sampled: 'left out by a sample rate',
  before_send: 'beforeSend returned null',
  before_send_error: 'beforeSend failed',
  hook_error: 'a hook or a getter threw',
  duplicate: 'a repeat that a summary counts',
  same_failure: 'the same failure had been logged',
  handled_exception: 'an exception that was handled',
  too_large: 'larger than the limit',
  queue_full: 'the queue was full',
  before_init_full: 'too many calls before init',
  rejected: 'refused by Lognitor',
  bad_batch: 'in a batch that was refused',
  closed: 'written after shutdown',
  exit: 'not sent before the process ended',
  stale_ping: 'a ping that a newer one replaced',
  spool_full: 'the spool was full',
  spool_corrupt: 'a spool file could not be read',
}

interface Drop {
  readonly reason: string
  readonly count: number
  readonly services: readonly string[]
}

/** What clients and gateways dropped by their own account, by reason. */
export function Drops({ reports }: { reports: readonly (Report | GatewayReport)[] }) {
  const drops = dropsIn(reports)
  if (reports.length === 0) return null
  const most = Math.max(1, ...drops.map(({ count }) => count))
  return (
    <section class="panel" aria-label="Dropped by clients">
      <header>
        <h2>Dropped by clients</h2>
        <span class="quiet-text">as they report it, since the start of each</span>
      </header>
      {drops.length === 0 && <p class="none quiet-text">Nothing was dropped.</p>}
      <ul class="drops">
        {drops.map(({ reason, count, services }) => (
          <li key={reason} class={INTENDED_DROPS.has(reason) ? '' : 'lost'}>
            <code>
              <Text>{reason}</Text>
            </code>
            <span class="drop-words">{WORDS[reason as DropReason] ?? ''}</span>
            <span class="drop-bar" aria-hidden="true">
              <i style={{ width: `${(count / most) * 100}%` }} />
            </span>
            <b class="number">{whole(count)}</b>
            <span class="quiet-text">
              <Text>{services.join(', ')}</Text>
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** The worth a look first, then the most frequent. */
function dropsIn(reports: readonly (Report | GatewayReport)[]): Drop[] {
  const drops = new Map<string, { reason: string; count: number; services: string[] }>()
  for (const { service, dropped } of reports) {
    for (const [reason, count] of Object.entries(dropped)) {
      if (count === 0) continue
      const drop = drops.get(reason) ?? { reason, count: 0, services: [] }
      drop.count += count
      drop.services.push(service)
      drops.set(reason, drop)
    }
  }
  return [...drops.values()].sort(
    (a, b) =>
      Number(INTENDED_DROPS.has(a.reason)) - Number(INTENDED_DROPS.has(b.reason)) || b.count - a.count,
  )
}

/** Number of drops that no setting asked for. */
export function lostIn(reports: readonly (Report | GatewayReport)[]): number {
  return dropsIn(reports).reduce(
    (sum, { reason, count }) => sum + (INTENDED_DROPS.has(reason) ? 0 : count),
    0,
  )
}
