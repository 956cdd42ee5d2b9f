import uPlot from 'uplot'
import { clockFor } from '../format.js'
import type { ChartProps, Mark } from './chart-props.js'

interface Ways {
  readonly width: number
  readonly height: number
  readonly zoom: (from: number, to: number) => void
  readonly hover: (index: number | undefined) => void
}

const LEAST_DRAG_PX = 4

/** Options for uPlot. The properties are read anew at each drawing. */
export function optionsOf(props: () => ChartProps, { width, height, zoom, hover }: Ways): uPlot.Options {
  const { kind, series } = props()
  const ordered = kind === 'bars' ? [...series].reverse() : series
  const axis = { stroke: colour('--ink-3'), font: '11px system-ui, sans-serif', ticks: { show: false } }
  return {
    width,
    height,
    padding: [8, 18, 0, 0],
    legend: { show: false },
    cursor: {
      sync: { key: 'time' },
      y: false,
      points: { show: kind !== 'bars' },
      drag: { x: true, y: false, setScale: false },
    },
    scales: {
      x: { time: true, range: () => xRange(props()) },
      y:
        kind === 'dots'
          ? { distr: 3, range: (_, least, most) => [Math.max(1, least) * 0.7, Math.max(10, most) * 1.5] }
          : { range: (_, _least, most) => [0, most > 0 ? most * 1.08 : 1] },
    },
    series: [{}, ...ordered.map(({ colour: name, name: label }) => drawing(kind, label, colour(name)))],
    axes: [
      {
        ...axis,
        size: 26,
        gap: 8,
        space: 84,
        grid: { show: false },
        values: (_, splits, _axis, _space, step) =>
          splits.map((split) => clockFor(split * 1000, step * 1000)),
      },
      {
        ...axis,
        size: 52,
        gap: 6,
        space: 26,
        grid: { stroke: colour('--line'), width: 1, ...(kind === 'dots' && { filter: powersOfTen }) },
        values: (_, splits) => splits.map((split) => (split === null ? '' : props().format(split))),
      },
    ],
    hooks: {
      draw: [(plot) => drawMarks(plot, props().marks ?? [])],
      setCursor: [({ cursor }) => hover(cursor.idx ?? undefined)],
      setSelect: [
        (plot) => {
          const { left, width: length } = plot.select
          if (length < LEAST_DRAG_PX) return
          zoom(plot.posToVal(left, 'x') * 1000, plot.posToVal(left + length, 'x') * 1000)
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
        },
      ],
    },
  }
}

/** Only powers of ten get a grid line: on a logarithmic scale all lines would hide the dots. */
function powersOfTen(_: uPlot, splits: readonly number[]): (number | null)[] {
  return splits.map((split) => (Number.isInteger(Math.log10(split)) ? split : null))
}

function drawing(kind: ChartProps['kind'], label: string, stroke: string): uPlot.Series {
  if (kind === 'lines') return { label, stroke, width: 1.5, spanGaps: true, points: { show: false } }
  if (kind === 'dots')
    return { label, stroke, paths: () => null, points: { show: true, size: 6, fill: stroke, width: 0 } }
  const paths = uPlot.paths.bars?.({ size: [0.85, 40], align: 1, gap: 1 })
  return { label, fill: stroke, stroke, width: 0, points: { show: false }, ...(paths && { paths }) }
}

function xRange({ times, stepMs, kind }: ChartProps): [number, number] {
  const from = times[0] ?? 0
  const last = times.at(-1) ?? from
  return [from / 1000, (kind === 'bars' ? last + stepMs : Math.max(last, from + stepMs)) / 1000]
}

function drawMarks({ ctx, bbox, valToPos, scales }: uPlot, marks: readonly Mark[]): void {
  const { min = 0, max = 0 } = scales.x as { min?: number; max?: number }
  const ratio = devicePixelRatio
  ctx.save()
  ctx.strokeStyle = ctx.fillStyle = colour('--accent')
  ctx.lineWidth = ratio
  ctx.font = `${10 * ratio}px system-ui, sans-serif`
  ctx.textBaseline = 'top'
  ctx.textAlign = 'left'
  let end = Number.NEGATIVE_INFINITY
  for (const { time, label } of marks) {
    if (time / 1000 < min || time / 1000 > max) continue
    const x = Math.round(valToPos(time / 1000, 'x', true)) + 0.5
    ctx.setLineDash([3 * ratio, 3 * ratio])
    ctx.beginPath()
    ctx.moveTo(x, bbox.top)
    ctx.lineTo(x, bbox.top + bbox.height)
    ctx.stroke()
    // A label that would overlap the one before is left out; its line stays.
    if (x < end) continue
    const text = label.length > 14 ? `${label.slice(0, 13)}…` : label
    const textWidth = ctx.measureText(text).width + 4 * ratio
    const isAtEdge = x + textWidth > bbox.left + bbox.width
    ctx.fillText(text, isAtEdge ? x - textWidth : x + 4 * ratio, bbox.top)
    end = x + textWidth + 4 * ratio
  }
  ctx.restore()
}

/** The current value of a custom property: a canvas supports neither properties nor `light-dark`. */
function colour(name: string): string {
  const probe = document.createElement('i')
  probe.style.color = `var(${name})`
  document.body.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}
