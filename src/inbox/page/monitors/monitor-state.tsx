import type { Monitor } from '../../data/monitors.js'
import { Badge } from '../shared/badge.js'
import { missedNow } from './beats.js'

/** The states of a monitor, the worst first. */
export const STATES = ['missing', 'late', 'waiting', 'on_time'] as const

export type MonitorState = (typeof STATES)[number]

/** A monitor is missing when it is late by three intervals. */
export function stateOf(monitor: Monitor, now: number): MonitorState {
  if (!monitor.late) return monitor.state
  return missedNow(monitor, now) >= 3 ? 'missing' : 'late'
}

export function StateBadge({ state }: { state: MonitorState }) {
  if (state === 'waiting') return <Badge kind="quiet">waiting for a second ping</Badge>
  if (state === 'on_time') return <Badge kind="good">✓ on time</Badge>
  if (state === 'late') return <Badge kind="warn">▲ late</Badge>
  return <Badge kind="bad">✕ missing</Badge>
}
