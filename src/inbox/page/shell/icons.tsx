import type { View } from '../state/address.js'

/** Line drawings on a grid of sixteen. */
const PATHS: Readonly<Record<View, string>> = {
  logs: 'M2.5 4h11M2.5 8h8M2.5 12h10',
  errors: 'M8 2.2 14.2 13H1.8zM8 6.4v3M8 11.2v.1',
  requests: 'M2.5 5.5h9.5M9.5 3 12 5.5 9.5 8M13.5 10.5H4M6.5 8 4 10.5 6.5 13',
  traces: 'M2.5 3.5h6M5.5 8h5M8.5 12.5h5',
  monitors: 'M1.5 8.5h3l2-5 3 9 2-4h3',
  releases: 'M8 1.8 13.5 5v6L8 14.2 2.5 11V5zM8 8v6M8 8l5.3-3M8 8 2.7 5',
  feedback: 'M2.5 3h11v7.5h-6L4.5 13v-2.5h-2z',
  alerts: 'M4 11V7a4 4 0 0 1 8 0v4l1 1H3zM6.8 13.8h2.4',
  health:
    'M8 13.3C3.8 10.3 2 8.2 2 5.9 2 4.2 3.3 3 4.9 3c1.3 0 2.4.8 3.1 2C8.7 3.8 9.8 3 11.1 3 12.7 3 14 4.2 14 5.9c0 2.3-1.8 4.4-6 7.4z',
  faults: 'M9 1.8 3.5 9H8l-1 5.2L12.5 7H8z',
}

export function Icon({ view }: { view: View }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[view]} />
    </svg>
  )
}
