import type { Watched } from '../../alerts/alerts.js'
import { plain, Text } from '../shared/text.js'
import { CONDITIONS } from './conditions.js'

const SHOWN = 24

/** How close each rule is to firing, for each service. */
export function Meters({ watched }: { watched: readonly Watched[] }) {
  if (watched.length === 0) return null
  return (
    <section class="panel" aria-label="Levels">
      <header>
        <h2>Now</h2>
        <span class="quiet-text">each rule for each service, against its limit</span>
      </header>
      <ul class="meters">
        {watched.slice(0, SHOWN).map((each) => (
          <Meter key={`${each.name} ${each.service}`} watched={each} />
        ))}
      </ul>
    </section>
  )
}

function Meter({ watched: { name, service, value, threshold, condition, isFiring } }: { watched: Watched }) {
  const { isBelow } = CONDITIONS[condition]
  // For `no_logs` the value may be far above the threshold.
  const share = Math.min(1, value / (isBelow ? Math.max(value, threshold) : threshold))
  const where = service === null ? '' : ` in ${service}`
  return (
    <li class={isFiring ? 'firing' : ''}>
      <span class="meter-name">
        <Text>{name}</Text>
        <span class="quiet-text">
          <Text>{where}</Text>
        </span>
      </span>
      <span
        class={isBelow ? 'meter below' : 'meter'}
        role="meter"
        aria-label={plain(`${name}${where}`)}
        aria-valuemin={0}
        aria-valuemax={Math.max(value, threshold)}
        aria-valuenow={value}
        aria-valuetext={`${value} of ${threshold}`}
      >
        <i style={{ width: `${share * 100}%` }} />
      </span>
      <span class="number">
        {value} / {threshold}
      </span>
    </li>
  )
}
