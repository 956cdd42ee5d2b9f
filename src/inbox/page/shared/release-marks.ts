import type { RegisteredRelease } from '../../data/releases.js'
import { useCall } from '../state/call.js'
import type { Mark } from './chart/chart-props.js'

const SELDOM_MS = 5000
const MAX_MARKS = 50

/** The releases as marks on a chart, the oldest first. */
export function useReleaseMarks(): Mark[] {
  const { data } = useCall<{ releases: RegisteredRelease[] }>(`releases?limit=${MAX_MARKS}`, SELDOM_MS)
  const releases = data?.releases ?? []
  return releases
    .map(({ registered_at, version }) => ({ time: Date.parse(registered_at), label: version }))
    .reverse()
}
