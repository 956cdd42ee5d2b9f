import { useEffect, useRef, useState } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { zoom } from '../../state/span.js'
import { colours } from '../../state/theme.js'
import './chart.css'
import { Legend } from './legend.js'
import { type Mark, optionsOf } from './options.js'
import { dataOf } from './stack.js'

/** One line or one layer of bars. Its colour is the name of a custom property. */
export interface Series {
  readonly name: string
  readonly colour: string
  readonly values: readonly (number | null)[]
}

export interface ChartProps {
  /** What is to be seen, in a sentence, for who does not see it. */
  readonly label: string
  /** Where each part of time begins, in milliseconds since the epoch. */
  readonly times: readonly number[]
  readonly stepMs: number
  readonly series: readonly Series[]
  /** Dots stand on a logarithmic scale. */
  readonly kind: 'bars' | 'lines' | 'dots'
  readonly height?: number
  readonly marks?: readonly Mark[]
  readonly format: (value: number) => string
}

/** Values over time. Dragging across it shows only that time; charts beside each other share their cursor. */
export function Chart(props: ChartProps) {
  const { kind, height = 120, label, series } = props
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined)
  const shown = useRef(props)
  shown.current = props
  const [hovered, setHovered] = useState<number>()
  const names = series.map(({ name }) => name).join()

  useEffect(() => {
    const parent = box.current
    if (parent === null) return
    const made = new uPlot(
      optionsOf(() => shown.current, { width: parent.clientWidth, height, zoom, hover: setHovered }),
      dataOf(shown.current),
      parent,
    )
    plot.current = made
    const observer = new ResizeObserver(() => made.setSize({ width: parent.clientWidth, height }))
    observer.observe(parent)
    return () => {
      observer.disconnect()
      made.destroy()
    }
  }, [kind, height, names, colours.value])

  useEffect(() => {
    plot.current?.setData(dataOf(props))
  })

  return (
    <figure class="chart">
      <div ref={box} role="img" aria-label={label} />
      <Legend {...props} at={hovered} />
    </figure>
  )
}
