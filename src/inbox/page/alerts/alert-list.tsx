import type { Alert } from '../../alerts/alerts.js'
import { Ago } from '../shared/ago.js'
import { Badge } from '../shared/badge.js'
import { Text } from '../shared/text.js'
import { Link } from '../shell/link.js'
import { linkTo, type View } from '../state/address.js'
import { CONDITIONS } from './conditions.js'

/** Alerts, the latest first, each with a link to its cause. */
export function AlertList({
  title,
  alerts,
  empty,
}: {
  title: string
  alerts: readonly Alert[]
  empty: string
}) {
  return (
    <section class="panel" aria-label={title}>
      <header>
        <h2>{title}</h2>
      </header>
      {alerts.length === 0 && <p class="none quiet-text">{empty}</p>}
      <ul class="alert-list">
        {alerts.map((alert) => (
          <li key={alert.id} class={alert.status}>
            <div>
              <b>
                <Text>{alert.alert_name}</Text>
              </b>
              {alert.service !== null && (
                <>
                  {' in '}
                  <Text>{alert.service}</Text>
                </>
              )}
              <p class="quiet-text">
                {wordsOf(alert)} · since <Ago time={alert.fired_at} />
                {alert.recovered_at !== null && (
                  <>
                    {' · recovered '}
                    <Ago time={alert.recovered_at} />
                  </>
                )}
              </p>
            </div>
            <Link to={linkTo(...placeOf(alert))}>Look</Link>
            <Badge kind={alert.status === 'firing' ? 'bad' : 'good'}>
              {alert.status === 'firing' ? '✕ firing' : '✓ recovered'}
            </Badge>
          </li>
        ))}
      </ul>
    </section>
  )
}

function wordsOf({ condition, current_value, threshold, time_window }: Alert): string {
  const { unit, isBelow } = CONDITIONS[condition]
  const things = current_value === 1 ? unit.replace(/s$/, '') : unit
  return `${current_value} ${things} in ${windowOf(time_window)}, ${isBelow ? 'below' : 'limit'} ${threshold}`
}

/** `5m` as `5 min`, as everywhere else on the page. */
function windowOf(text: string): string {
  return text.replace(
    /^([\d.]+)([smh])$/,
    (_, count: string, unit: string) => `${count} ${unit === 'm' ? 'min' : unit}`,
  )
}

/** The view and the filters that show the cause of an alert. */
function placeOf({ condition, service }: Alert): [View, Record<string, string>] {
  const of = service === null ? {} : { service }
  if (condition === 'new_error') return ['errors', { ...of, sort: '-first' }]
  if (condition === '5xx_spike') return ['requests', of]
  return ['logs', condition.startsWith('error') ? { ...of, level: 'error,fatal' } : of]
}
