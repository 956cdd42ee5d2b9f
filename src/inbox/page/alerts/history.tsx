import type { Alert } from '../../alerts/alerts.js'
import { clock, counted } from '../shared/format.js'
import { Text } from '../shared/text.js'
import { now } from '../state/now.js'

const ROWS = 8
const LEAST_SPAN_MS = 60_000
const TICKS = [0, 0.25, 0.5, 0.75, 1]

interface Row {
  readonly name: string
  readonly service: string | null
  readonly alerts: Alert[]
}

/** When each rule fired, for each service, on one time line that ends now. */
export function History({ alerts }: { alerts: readonly Alert[] }) {
  if (alerts.length === 0) return null
  const to = now.value
  const from = Math.min(to - LEAST_SPAN_MS, ...alerts.map(({ fired_at }) => Date.parse(fired_at)))
  const placeOf = (time: number) => Math.min(100, Math.max(0, ((time - from) / (to - from)) * 100))
  const rows = rowsOf(alerts)
  return (
    <section class="panel" aria-label="History">
      <header>
        <h2>History</h2>
        <span class="quiet-text">when each rule fired</span>
      </header>
      <ul class="history">
        {rows.slice(0, ROWS).map(({ name, service, alerts: own }) => (
          <li key={`${name} ${service}`}>
            <span class="meter-name">
              <Text>{name}</Text>
              {service !== null && (
                <span class="quiet-text">
                  {' in '}
                  <Text>{service}</Text>
                </span>
              )}
            </span>
            <span class="history-line" role="img" aria-label={`Fired ${counted(own.length, 'time')}`}>
              {own.map(({ id, fired_at, recovered_at }) => {
                const left = placeOf(Date.parse(fired_at))
                const right = 100 - (recovered_at === null ? 100 : placeOf(Date.parse(recovered_at)))
                return (
                  <i
                    key={id}
                    class={recovered_at === null ? 'fired active' : 'fired'}
                    style={{ left: `${left}%`, right: `${right}%` }}
                  />
                )
              })}
            </span>
          </li>
        ))}
      </ul>
      <div class="history-axis" aria-hidden="true">
        {TICKS.map((share) => (
          <span key={share}>{share === 1 ? 'now' : clock(from + share * (to - from))}</span>
        ))}
      </div>
    </section>
  )
}

/** One row for each rule and service, the latest alert first. */
function rowsOf(alerts: readonly Alert[]): Row[] {
  const rows = new Map<string, Row>()
  for (const alert of alerts) {
    const key = JSON.stringify([alert.alert_name, alert.service])
    const row = rows.get(key) ?? { name: alert.alert_name, service: alert.service, alerts: [] }
    row.alerts.push(alert)
    rows.set(key, row)
  }
  return [...rows.values()]
}
