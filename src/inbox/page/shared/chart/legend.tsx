import { clock } from '../format.js'
import type { ChartProps } from './chart-props.js'

/** The names of the series, with their values at the cursor. */
export function Legend({ series, times, format, kind, at }: ChartProps & { at: number | undefined }) {
  const time = at === undefined ? undefined : times[at]
  return (
    <figcaption class="legend">
      {series.map(({ name, colour, values }) => {
        const value = at === undefined ? undefined : values[at]
        return (
          <span key={name}>
            <i class={kind === 'lines' ? 'line' : undefined} style={{ background: `var(${colour})` }} />
            {name} {time !== undefined && <b>{value == null ? '–' : format(value)}</b>}
          </span>
        )
      })}
      {time !== undefined && <span class="at">{clock(time)}</span>}
    </figcaption>
  )
}
