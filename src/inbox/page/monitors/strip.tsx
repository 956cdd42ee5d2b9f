import { clock } from '../shared/format.js'
import type { Beat } from './beats.js'

/** Pings on a time line that ends now; missed ones are low and red. */
export function Strip({ beats, label }: { beats: readonly Beat[]; label: string }) {
  const first = beats[0]
  return (
    <div class="strip">
      <svg viewBox="0 0 1000 32" preserveAspectRatio="none" role="img" aria-label={label}>
        <line x1="0" y1="31" x2="1000" y2="31" />
        {beats.map(({ time, place, isMissed }) => (
          <rect
            key={time}
            class={isMissed ? 'missed' : 'beat'}
            x={place * 994 + 1}
            y={isMissed ? 21 : 2}
            width="5"
            height={isMissed ? 10 : 29}
          />
        ))}
      </svg>
      <p class="strip-ends">
        <span>{first === undefined ? '' : clock(first.time)}</span>
        <span>now</span>
      </p>
    </div>
  )
}
