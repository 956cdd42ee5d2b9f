import type { ComponentChildren } from 'preact'
import { Chart } from './chart.js'
import type { ChartProps } from './chart-props.js'
import { Legend } from './legend.js'

/** A chart in a panel of its own, with the names of its series in the heading. */
export function ChartPanel({
  title,
  region = title,
  note,
  actions,
  withLegend = true,
  ...chart
}: ChartProps & {
  title: string
  /** Name of the panel for screen readers, when the title is too short for them. */
  region?: string
  note?: ComponentChildren
  actions?: ComponentChildren
  withLegend?: boolean
}) {
  return (
    <section class="panel" aria-label={region}>
      <header>
        <h2>{title}</h2>
        {note !== undefined && <span class="quiet-text">{note}</span>}
        <div class="row">
          {withLegend && <Legend series={chart.series} kind={chart.kind} />}
          {actions}
        </div>
      </header>
      <Chart {...chart} />
    </section>
  )
}
