import uPlot from 'uplot'
import { clockFor } from '../format.js'
import type { ChartProps } from './chart-props.js'
import { drawMarks } from './marks.js'
import { LEAST } from './stack.js'
import { TIME_STEPS } from './time-steps.js'
import type { Hovered } from './tip.js'

interface Ways {
  readonly width: number
  readonly height: number
  readonly zoom: (from: number, to: number) => void
  readonly hover: (at: Hovered | undefined) => void
}

const LEAST_DRAG_PX = 4
/** A line is drawn across a shorter time without values. */
const LEAST_GAP_PX = 24
/** With fewer values than this, each is a point too: a line needs two beside each other. */
const SPARSE = 30
/** Room above the plot for the labels of marks. */
const MARK_ROOM_PX = 16
/** A logarithmic scale that is wider than this has lines at powers of ten only. */
const WIDE = 30
const LABEL_HALF_PX = 18
/** The padding of `.chart`. */
const CHART_PADDING_PX = 8
const AXIS_FONT = '11px Inter, system-ui, sans-serif'
/** Counts have no fractions. */
const WHOLE_STEPS = [1, 2, 5]
  .flatMap((digit) => [...Array(15).keys()].map((zeros) => digit * 10 ** zeros))
  .sort((a, b) => a - b)

/** Options for uPlot. The properties are read again at each drawing. */
export function optionsOf(props: () => ChartProps, { width, height, zoom, hover }: Ways): uPlot.Options {
  const { kind, series } = props()
  const ordered = kind === 'bars' ? [...series].reverse() : series
  const axis = { stroke: colour('--ink-3'), font: AXIS_FONT, ticks: { show: false } }
  return {
    width,
    height,
    padding: [MARK_ROOM_PX, 12, 0, 0],
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
        kind !== 'bars'
          ? { distr: 3, range: (_, least, most) => [Math.max(LEAST, least) * 0.7, Math.max(10, most) * 1.5] }
          : { range: (_, _least, most) => [0, most > 0 ? most * 1.08 : 1] },
    },
    ...(kind === 'lines' &&
      series.length > 1 && { bands: [{ series: [1, series.length], fill: colour('--band') }] }),
    series: [{}, ...ordered.map(({ colour: name, name: label }) => drawing(kind, label, colour(name)))],
    axes: [
      {
        ...axis,
        size: 24,
        gap: 6,
        space: 72,
        incrs: TIME_STEPS,
        grid: { show: false },
        values: (plot, splits, _axis, _space, step) =>
          splits.map((split) => (isInside(plot, split) ? clockFor(split * 1000, step * 1000) : '')),
      },
      {
        ...axis,
        size: kind === 'bars' ? 40 : 52,
        gap: 6,
        space: 26,
        ...(kind === 'bars' ? { incrs: WHOLE_STEPS } : { filter: roundOnes }),
        grid: { stroke: colour('--line'), width: 1, ...(kind !== 'bars' && { filter: roundOnes }) },
        values: (_, splits) =>
          splits.map((split) => (split === null ? '' : (props().axisFormat ?? props().format)(split))),
      },
    ],
    hooks: {
      draw: [(plot) => drawMarks(plot, props().marks ?? [], colour('--accent'))],
      setCursor: [(plot) => hover(hoveredIn(plot))],
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

/** Only round values get a grid line: on a logarithmic scale all lines would hide the data. */
function roundOnes(plot: uPlot, splits: readonly number[]): (number | null)[] {
  const { min = 1, max = 1 } = plot.scales.y as { min?: number; max?: number }
  const digits = max / min > WIDE ? [1] : [1, 2, 5]
  return splits.map((split) => {
    const digit = split / 10 ** Math.floor(Math.log10(split) + 1e-6)
    return digits.some((round) => Math.abs(digit - round) < 0.01) ? split : null
  })
}

function isSparse(values: Iterable<number | null | undefined>): boolean {
  return Array.from(values).filter((value) => value != null).length < SPARSE
}

function drawing(kind: ChartProps['kind'], label: string, stroke: string): uPlot.Series {
  if (kind === 'lines')
    return {
      label,
      stroke,
      width: 1.5,
      gaps: (_plot, _series, _from, _to, gaps) => gaps.filter(([left, right]) => right - left > LEAST_GAP_PX),
      points: { show: (plot, series) => isSparse(plot.data[series] ?? []), size: 4, fill: stroke, width: 0 },
    }
  if (kind === 'dots')
    return { label, stroke, paths: () => null, points: { show: true, size: 6, fill: stroke, width: 0 } }
  const paths = uPlot.paths.bars?.({ size: [0.86, 24], align: 1, gap: 1 })
  return { label, fill: stroke, stroke, width: 0, points: { show: false }, ...(paths && { paths }) }
}

function xRange({ times, stepMs, kind }: ChartProps): [number, number] {
  const from = times[0] ?? 0
  const last = times.at(-1) ?? from
  return [from / 1000, (kind === 'bars' ? last + stepMs : Math.max(last, from + stepMs)) / 1000]
}

/** The labels of an axis are centred: one at the right edge would be cut. */
function isInside(plot: uPlot, split: number): boolean {
  return plot.valToPos(split, 'x') < plot.over.clientWidth - LABEL_HALF_PX
}

/** Only the chart under the pointer says its values; the others show the shared cursor. */
function hoveredIn(plot: uPlot): Hovered | undefined {
  const { idx, left = -1 } = plot.cursor
  if (idx == null || left < 0 || !plot.over.matches(':hover')) return undefined
  const gutter = plot.over.offsetLeft + CHART_PADDING_PX
  return { index: idx, left: left + gutter, width: plot.width + 2 * CHART_PADDING_PX }
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
