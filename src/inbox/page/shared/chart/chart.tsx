import { useEffect, useRef, useState } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { zoom } from '../../state/span.js'
import { colours } from '../../state/theme.js'
import './chart.css'
import type { ChartProps } from './chart-props.js'
import { optionsOf } from './options.js'
import { dataOf } from './stack.js'
import { type Hovered, Tip } from './tip.js'

/**
 * Values over time. Dragging across the chart shows only that time range; charts beside each other share their cursor.
 */
export function Chart(props: ChartProps) {
  const { kind, height = 120, label, series } = props
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined)
  const shown = useRef(props)
  shown.current = props
  const [hovered, setHovered] = useState<Hovered>()
  // New data tells of the cursor again: the same place must not cause another drawing.
  const hover = (next: Hovered | undefined) => setHovered((before) => (isSame(before, next) ? before : next))
  const names = series.map(({ name }) => name).join()

  useEffect(() => {
    const parent = box.current
    if (parent === null) return
    const made = new uPlot(
      optionsOf(() => shown.current, { width: parent.clientWidth, height, zoom, hover }),
      dataOf(shown.current),
      parent,
    )
    plot.current = made
    const observer = new ResizeObserver(() => made.setSize({ width: parent.clientWidth, height }))
    observer.observe(parent)
    // A canvas draws with another font until the page's font has been loaded.
    const redraw = () => made.redraw(false, true)
    document.fonts.addEventListener('loadingdone', redraw)
    return () => {
      document.fonts.removeEventListener('loadingdone', redraw)
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
      {hovered !== undefined && <Tip chart={props} at={hovered} />}
    </figure>
  )
}

function isSame(a: Hovered | undefined, b: Hovered | undefined): boolean {
  return a?.index === b?.index && a?.left === b?.left && a?.width === b?.width
}
