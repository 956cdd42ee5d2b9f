import { address, setParameters } from './address.js'

/** Time ranges by their name in the address, in milliseconds back from now. */
export const RANGES = {
  '5m': 300_000,
  '15m': 900_000,
  '1h': 3_600_000,
  '6h': 21_600_000,
  '24h': 86_400_000,
} as const

/** Shows only logs written between two times, in milliseconds since the epoch. */
export function zoom(from: number, to: number): void {
  setParameters({ from: String(Math.round(from)), to: String(Math.round(to)) })
}

export function showAllTime(): void {
  setParameters({ from: '', to: '' })
}

export function showLast(lengthMs: number): void {
  setParameters({ from: String(Date.now() - lengthMs), to: '' })
}

export function isZoomed(): boolean {
  return address.value.parameters.has('from') || address.value.parameters.has('to')
}
