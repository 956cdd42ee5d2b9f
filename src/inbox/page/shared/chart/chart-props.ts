/** An event at a moment, drawn as a vertical line in the chart. */
export interface Mark {
  readonly time: number
  readonly label: string
}

/** One line or one layer of bars. Its colour is the name of a custom property. */
export interface Series {
  readonly name: string
  readonly colour: string
  readonly values: readonly (number | null)[]
}

export interface ChartProps {
  /** A sentence that describes the chart, for screen readers. */
  readonly label: string
  /** Start of each part of the time range, in milliseconds since the epoch. */
  readonly times: readonly number[]
  readonly stepMs: number
  readonly series: readonly Series[]
  /** Lines and dots use a logarithmic scale. Lines must be given from the highest to the lowest. */
  readonly kind: 'bars' | 'lines' | 'dots'
  readonly height?: number
  readonly marks?: readonly Mark[]
  readonly format: (value: number) => string
  /** For the labels of the axis, when they are shorter. */
  readonly axisFormat?: (value: number) => string
}
