import { clock } from '../format.js'
import type { ChartProps } from './chart-props.js'
import { Swatch } from './legend.js'

/** What is under the cursor: an index into the times, and its place in pixels. */
export interface Hovered {
  readonly index: number
  readonly left: number
  readonly width: number
}

/** The values of all series at the cursor. Series without a value there are left out of long lists. */
export function Tip({ chart, at }: { chart: ChartProps; at: Hovered }) {
  const { series, times, format, kind } = chart
  const time = times[at.index]
  if (time === undefined) return null
  const valued = series.flatMap(({ name, colour, values }) => {
    const value = values[at.index]
    return value == null || (kind === 'bars' && value === 0) ? [] : [{ name, colour, value }]
  })
  const isRight = at.left > at.width / 2
  const style = isRight ? { right: `${at.width - at.left + 12}px` } : { left: `${at.left + 12}px` }
  return (
    <div class="tip" style={style} aria-hidden="true">
      <time>{clock(time)}</time>
      {valued.length === 0 && <span class="quiet-text">nothing</span>}
      {valued.map(({ name, colour, value }) => (
        <div key={name}>
          <Swatch colour={colour} kind={kind} />
          <span>{name}</span>
          <b>{format(value)}</b>
        </div>
      ))}
    </div>
  )
}
