const LEAST = 0.1

/** Gives the place of a value on a logarithmic scale that holds all the values, in percent. */
export function logarithmic(values: readonly number[]): (value: number) => number {
  const of = (value: number) => Math.log10(Math.max(LEAST, value))
  const least = Math.floor(Math.min(0, ...values.map(of)))
  const most = Math.max(1, ...values.map(of))
  return (value) => ((of(value) - least) / (most - least)) * 100
}
