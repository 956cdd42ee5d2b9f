import type { Monitor } from '../../data/monitors.js'
import { Ago } from '../shared/ago.js'
import { Badge } from '../shared/badge.js'
import { Empty } from '../shared/empty.js'
import { counted, length } from '../shared/format.js'
import { plain } from '../shared/text.js'
import { useCall } from '../state/call.js'
import { now } from '../state/now.js'
import { beatsOf, missedNow } from './beats.js'
import './monitors.css'
import { Strip } from './strip.js'

export function MonitorsView() {
  const { data } = useCall<{ heartbeats: Monitor[] }>('heartbeats?limit=500')
  const monitors = (data?.heartbeats ?? []).toSorted(
    (a, b) => URGENCY.indexOf(stateOf(a)) - URGENCY.indexOf(stateOf(b)) || (a.token < b.token ? -1 : 1),
  )
  return (
    <div class="view-inner">
      {data !== undefined && monitors.length === 0 && (
        <Empty title="No heartbeats" line={`curl -X POST ${location.origin}/api/v1/heartbeat/nightly-report`}>
          A job that runs on a schedule pings here each time. From code that is{' '}
          <code>client.heartbeat('nightly-report').wrap(job)</code>, and from anywhere else:
        </Empty>
      )}
      {monitors.length > 0 && (
        <ul class="panel" aria-label="Monitors">
          {monitors.map((monitor) => (
            <MonitorRow key={monitor.token} monitor={monitor} />
          ))}
        </ul>
      )}
    </div>
  )
}

/** The worst come first. */
const URGENCY = ['missing', 'late', 'waiting', 'on_time']

function MonitorRow({ monitor }: { monitor: Monitor }) {
  const beats = beatsOf(monitor, now.value)
  const missing = beats.filter(({ isMissed }) => isMissed).length
  return (
    <li class={`monitor ${stateOf(monitor)}`}>
      <div class="monitor-name">
        <h2>{plain(monitor.token)}</h2>
        <State monitor={monitor} />
      </div>
      <Strip beats={beats} label={`${counted(monitor.count, 'ping')}, ${counted(missing, 'missed beat')}`} />
      <dl class="monitor-facts">
        <div>
          <dt>Last ping</dt>
          <dd>
            <Ago time={monitor.lastPing} />
          </dd>
        </div>
        <div>
          <dt>Interval</dt>
          <dd>{monitor.intervalMs === null ? 'not known yet' : `every ${length(monitor.intervalMs)}`}</dd>
        </div>
        <div>
          <dt>Pings</dt>
          <dd>{monitor.count}</dd>
        </div>
        <div>
          <dt>Missed</dt>
          <dd class={missing > 0 ? 'bad' : ''}>{missing}</dd>
        </div>
      </dl>
    </li>
  )
}

function State({ monitor }: { monitor: Monitor }) {
  const state = stateOf(monitor)
  if (state === 'waiting') return <Badge kind="quiet">waiting for a second ping</Badge>
  if (state === 'on_time') return <Badge kind="good">✓ on time</Badge>
  if (state === 'late') return <Badge kind="warn">▲ late</Badge>
  return <Badge kind="bad">✕ missing</Badge>
}

/** A monitor is missing when it is late by more than three intervals. */
function stateOf(monitor: Monitor): 'waiting' | 'on_time' | 'late' | 'missing' {
  if (!monitor.late) return monitor.state
  return missedNow(monitor, now.value) >= 3 ? 'missing' : 'late'
}
