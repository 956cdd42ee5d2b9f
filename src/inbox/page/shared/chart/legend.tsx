import type { ChartProps } from './chart-props.js'

/** The names of the series with their colours. */
export function Legend({ series, kind }: Pick<ChartProps, 'series' | 'kind'>) {
  return (
    <ul class="legend" aria-label="Legend">
      {series.map(({ name, colour }) => (
        <li key={name}>
          <Swatch colour={colour} kind={kind} />
          {name}
        </li>
      ))}
    </ul>
  )
}

/** The colour of a series, in the shape in which the chart draws it. */
export function Swatch({ colour, kind }: { colour: string; kind: ChartProps['kind'] }) {
  return <i class={`swatch ${kind}`} style={{ background: `var(${colour})` }} aria-hidden="true" />
}
