import type uPlot from 'uplot'
import type { Mark } from './chart-props.js'

const FONT_PX = 10
const LONGEST = 14

/** The marks within the visible time range. */
function marksIn({ scales }: uPlot, marks: readonly Mark[]): readonly Mark[] {
  const { min = 0, max = 0 } = scales.x as { min?: number; max?: number }
  return marks.filter(({ time }) => time / 1000 >= min && time / 1000 <= max)
}

/** Draws marks as vertical lines, with their labels above the plot. */
export function drawMarks(plot: uPlot, marks: readonly Mark[], colour: string): void {
  const { ctx, bbox, valToPos } = plot
  const ratio = devicePixelRatio
  ctx.save()
  ctx.strokeStyle = ctx.fillStyle = colour
  ctx.lineWidth = ratio
  ctx.font = `500 ${FONT_PX * ratio}px Inter, system-ui, sans-serif`
  ctx.textBaseline = 'bottom'
  ctx.textAlign = 'left'
  ctx.setLineDash([3 * ratio, 3 * ratio])
  let end = Number.NEGATIVE_INFINITY
  for (const { time, label } of marksIn(plot, marks)) {
    const x = Math.round(valToPos(time / 1000, 'x', true)) + 0.5
    ctx.beginPath()
    ctx.moveTo(x, bbox.top - 2 * ratio)
    ctx.lineTo(x, bbox.top + bbox.height)
    ctx.stroke()
    // A label that would overlap the one before is left out; its line stays.
    if (x < end) continue
    const text = label.length > LONGEST ? `${label.slice(0, LONGEST - 1)}…` : label
    const width = ctx.measureText(text).width
    const left = Math.min(Math.max(x - width / 2, bbox.left), bbox.left + bbox.width - width)
    ctx.fillText(text, left, bbox.top - 3 * ratio)
    end = x + width + 4 * ratio
  }
  ctx.restore()
}
