import { clock } from '../shared/format.js'
import type { TimeLine } from './beats.js'

const HEIGHT = 40
const WIDTH = 1000
const BEAT = 5
const TICKS = [0, 0.25, 0.5, 0.75]
/** A label nearer than this to the present moment is left out. */
const ROOM = 0.12

/** Pings on a time line; missed ones are low and red, and the next expected one is an outline. */
export function Strip({ line, label }: { line: TimeLine; label: string }) {
  const { from, to, beats, now, next } = line
  const leftOf = (place: number) => place * (WIDTH - BEAT - 2) + 1
  return (
    <div class="strip">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
        <line x1="0" y1={HEIGHT - 1} x2={WIDTH} y2={HEIGHT - 1} />
        {beats.map(({ place, isMissed }, index) => (
          <rect
            key={index}
            class={isMissed ? 'missed' : 'beat'}
            x={leftOf(place)}
            y={isMissed ? HEIGHT - 13 : 3}
            width={BEAT}
            height={isMissed ? 12 : HEIGHT - 4}
          />
        ))}
        {next !== undefined && (
          <rect class="expected" x={leftOf(next)} y="3" width={BEAT} height={HEIGHT - 4} />
        )}
        <line class="now" x1={now * WIDTH} y1="0" x2={now * WIDTH} y2={HEIGHT} />
      </svg>
      <p class="strip-times" aria-hidden="true">
        {TICKS.filter((share) => share < now - ROOM).map((share) => (
          <span key={share} style={{ left: `${share * 100}%` }}>
            {clock(from + share * (to - from))}
          </span>
        ))}
        <span class="strip-now" style={{ right: `${(1 - now) * 100}%` }}>
          now
        </span>
      </p>
    </div>
  )
}
