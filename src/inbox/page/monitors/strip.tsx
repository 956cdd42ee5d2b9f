import { clock } from '../shared/format.js'
import type { Beat } from './beats.js'

/** Pings on a time line that ends now; missed ones are hollow. */
export function Strip({ beats, label }: { beats: readonly Beat[]; label: string }) {
  const first = beats[0]
  return (
    <div class="strip">
      <svg viewBox="0 0 1000 40" preserveAspectRatio="none" role="img" aria-label={label}>
        <line x1="0" y1="39" x2="1000" y2="39" />
        {beats.map(({ time, place, isMissed }) => (
          <rect
            key={time}
            class={isMissed ? 'missed' : 'beat'}
            x={place * 992 + 1}
            y={isMissed ? 18 : 4}
            width="6"
            height={isMissed ? 20 : 34}
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
