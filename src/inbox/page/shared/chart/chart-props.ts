/** Something that happened at a moment, drawn as a line through the chart. */
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
