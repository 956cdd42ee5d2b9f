import type { Monitor } from '../../data/monitors.js'
import { Ago } from '../shared/ago.js'
import { ago, counted, length, percent, whole } from '../shared/format.js'
import { plain } from '../shared/text.js'
import { Link } from '../shell/link.js'
import { linkTo } from '../state/address.js'
import { now } from '../state/now.js'
import { nextPing, timeLineOf } from './beats.js'
import { LastPings } from './last-pings.js'
import { StateBadge, stateOf } from './monitor-state.js'
import { Rhythm } from './rhythm.js'
import { Strip } from './strip.js'

/** One monitor: its pings over time, and when it is open its rhythm and its last pings too. */
export function MonitorCard({
  monitor,
  isOpen,
  canClose,
}: {
  monitor: Monitor
  isOpen: boolean
  canClose: boolean
}) {
  const state = stateOf(monitor, now.value)
  const line = timeLineOf(monitor, now.value)
  const missing = line.beats.filter(({ isMissed }) => isMissed).length
  const name = plain(monitor.token)
  return (
    <li class={`panel monitor state-${state}`}>
      <header>
        <h2>
          {canClose ? (
            <Link to={linkTo('monitors', isOpen ? {} : { monitor: monitor.token })}>{name}</Link>
          ) : (
            name
          )}
        </h2>
        <StateBadge state={state} />
        <p class="quiet-text">{wordsOf(monitor)}</p>
      </header>
      <Strip line={line} label={`${counted(monitor.count, 'ping')}, ${counted(missing, 'missed beat')}`} />
      {isOpen && (
        <div class="monitor-parts">
          <dl class="monitor-facts">
            <div>
              <dt>Last ping</dt>
              <dd>
                <Ago time={monitor.lastPing} />
              </dd>
            </div>
            <div>
              <dt>Next</dt>
              <dd class={state === 'late' || state === 'missing' ? 'bad' : ''}>{nextOf(monitor)}</dd>
            </div>
            <div>
              <dt>Pings</dt>
              <dd>{whole(monitor.count)}</dd>
            </div>
            <div>
              <dt>Missed</dt>
              <dd class={missing > 0 ? 'bad' : ''}>{whole(missing)}</dd>
            </div>
            <div>
              <dt>On time</dt>
              <dd>{percent(line.beats.length === 0 ? 1 : 1 - missing / line.beats.length)}</dd>
            </div>
            <div>
              <dt>First ping</dt>
              <dd>
                <Ago time={monitor.firstPing} />
              </dd>
            </div>
          </dl>
          <div>
            <h3>Rhythm</h3>
            <Rhythm monitor={monitor} />
          </div>
          <LastPings monitor={monitor} />
        </div>
      )}
    </li>
  )
}

function wordsOf(monitor: Monitor): string {
  const { intervalMs } = monitor
  if (intervalMs === null) return 'the interval is known with the second ping'
  return `every ${length(intervalMs)}, next ${nextOf(monitor)}`
}

function nextOf(monitor: Monitor): string {
  const next = nextPing(monitor)
  if (next === undefined) return 'not known yet'
  const leftMs = next - now.value
  if (leftMs >= 1000) return `in ${length(Math.round(leftMs / 1000) * 1000)}`
  return leftMs > -1000 ? 'now' : `was due ${ago(next, now.value)}`
}
