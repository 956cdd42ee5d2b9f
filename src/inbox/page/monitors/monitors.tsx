import type { Monitor } from '../../data/monitors.js'
import { CopyButton } from '../shared/copy-button.js'
import { Empty } from '../shared/empty.js'
import { Figures } from '../shared/figures.js'
import { whole } from '../shared/format.js'
import { parameter } from '../state/address.js'
import { useCall } from '../state/call.js'
import { now } from '../state/now.js'
import { timeLineOf } from './beats.js'
import { MonitorCard } from './monitor-card.js'
import { STATES, stateOf } from './monitor-state.js'
import './monitors.css'

/** Up to this many monitors are all open. */
const ALL_OPEN = 4

export function MonitorsView() {
  const { data } = useCall<{ heartbeats: Monitor[] }>('heartbeats?limit=500')
  if (data === undefined) return null
  const monitors = data.heartbeats.toSorted(
    (a, b) => urgencyOf(a) - urgencyOf(b) || (a.token < b.token ? -1 : 1),
  )
  const areAllOpen = monitors.length <= ALL_OPEN
  const line = `curl -X POST ${location.origin}/api/v1/heartbeat/nightly-report`
  if (monitors.length === 0)
    return (
      <div class="view-inner">
        <Empty title="No heartbeats" line={line}>
          A job that runs on a schedule pings here each time. From code that is{' '}
          <code>client.heartbeat('nightly-report').wrap(job)</code>, and from anywhere else:
        </Empty>
      </div>
    )
  return (
    <div class="view-inner">
      <Summary monitors={monitors} />
      <ul class="stack" aria-label="Monitors">
        {monitors.map((monitor) => (
          <MonitorCard
            key={monitor.token}
            monitor={monitor}
            isOpen={areAllOpen || parameter('monitor') === monitor.token}
            canClose={!areAllOpen}
          />
        ))}
      </ul>
      <section class="panel another" aria-label="Another job">
        <p>
          Another job pings with <code>client.heartbeat('nightly-report').wrap(job)</code>, or from anywhere
          with <code>{line}</code>
        </p>
        <CopyButton label="Copy" text={() => line} />
      </section>
    </div>
  )
}

function Summary({ monitors }: { monitors: readonly Monitor[] }) {
  const states = monitors.map((monitor) => stateOf(monitor, now.value))
  const bad = states.filter((state) => state === 'late' || state === 'missing').length
  const beats = monitors.flatMap((monitor) => timeLineOf(monitor, now.value).beats)
  const missed = beats.filter(({ isMissed }) => isMissed).length
  const pings = monitors.reduce((sum, { count }) => sum + count, 0)
  return (
    <Figures
      figures={[
        { name: 'Monitors', value: whole(monitors.length) },
        { name: 'On time', value: whole(states.filter((state) => state === 'on_time').length) },
        { name: 'Late or missing', value: whole(bad), isBad: bad > 0 },
        { name: 'Pings', value: whole(pings) },
        { name: 'Missed pings', value: whole(missed), isBad: missed > 0 },
      ]}
    />
  )
}

/** The worst come first. */
function urgencyOf(monitor: Monitor): number {
  return STATES.indexOf(stateOf(monitor, now.value))
}
