import type { Monitor } from '../../data/monitors.js'
import { length } from '../shared/format.js'

const SHOWN = 40
/** With fewer intervals the bars do not become wider. */
const FEWEST = 12
const HEIGHT = 40
const BAR = 10
/** A longer interval is drawn this high, in usual intervals. */
const HIGHEST = 2.5
const LATE = 1.6

/** The time between two pings each, against the usual one. */
export function Rhythm({ monitor: { pings, intervalMs } }: { monitor: Monitor }) {
  const intervals = pings.slice(1).map((time, index) => time - (pings[index] ?? time))
  if (intervalMs === null || intervals.length === 0)
    return <p class="quiet-text">The second ping shows the interval.</p>
  const shown = intervals.slice(-SHOWN)
  const usual = Math.max(1, intervalMs)
  const heightOf = (ms: number) => Math.max(1, (Math.min(ms / usual, HIGHEST) / HIGHEST) * HEIGHT)
  const spread = spreadOf(Math.min(...shown) - usual, Math.max(...shown) - usual)
  const slots = Math.max(FEWEST, shown.length)
  return (
    <div class="rhythm">
      <svg
        viewBox={`0 0 ${slots * BAR} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`The last ${shown.length} intervals: usually ${length(usual)}, ${spread}`}
      >
        {shown.map((ms, index) => (
          <rect
            key={index}
            class={ms > usual * LATE ? 'late' : ''}
            x={(slots - shown.length + index) * BAR + 1}
            y={HEIGHT - heightOf(ms)}
            width={BAR - 2}
            height={heightOf(ms)}
          />
        ))}
        <line x1="0" y1={HEIGHT - heightOf(usual)} x2={slots * BAR} y2={HEIGHT - heightOf(usual)} />
      </svg>
      <p class="quiet-text">
        usually {length(usual)}, {spread}
      </p>
    </div>
  )
}

/** How much earlier and later than usual the pings came. */
function spreadOf(leastMs: number, mostMs: number): string {
  const early = leastMs < 0 ? `${length(-leastMs)} early` : 'on time'
  const late = mostMs > 0 ? `${length(mostMs)} late` : 'on time'
  return early === late ? 'always on time' : `from ${early} to ${late}`
}
