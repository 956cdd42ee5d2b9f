import type uPlot from 'uplot'
import type { ChartProps } from './chart-props.js'

/** Least value of a logarithmic scale. */
export const LEAST = 0.1

/** The data as uPlot takes it, in seconds. Bars are stacked: each layer is drawn behind the one before. */
export function dataOf({ times, series, kind }: ChartProps): uPlot.AlignedData {
  const seconds = times.map((time) => time / 1000)
  if (kind !== 'bars') return [seconds, ...series.map(({ values }) => values.map(forLogarithm))]
  const sums = times.map(() => 0)
  const layers = series.map(({ values }) =>
    sums.map((sum, index) => {
      sums[index] = sum + (values[index] ?? 0)
      return sums[index] as number
    }),
  )
  return [seconds, ...layers.reverse()]
}

/** Zero has no logarithm. */
function forLogarithm(value: number | null): number | null {
  return value === null ? null : Math.max(LEAST, value)
}
