import { useEffect, useState } from 'preact/hooks'
import type { Alert } from '../../alerts/alerts.js'
import type { Totals } from '../../data/totals.js'
import { faults } from '../faults/state.js'
import { short } from '../shared/format.js'
import { address, linkTo, VIEWS, type View } from '../state/address.js'
import { useCall } from '../state/call.js'
import { Icon } from './icons.js'
import { Link } from './link.js'
import './nav.css'

/** The titles of the views. */
export const TITLES: Readonly<Record<View, string>> = {
  logs: 'Logs',
  errors: 'Errors',
  requests: 'Requests',
  traces: 'Traces',
  monitors: 'Monitors',
  releases: 'Releases',
  feedback: 'Feedback',
  alerts: 'Alerts',
  health: 'Health',
  faults: 'Faults',
}

export function Nav() {
  const [isOpen, setOpen] = useState(false)
  const notes = useNotes()
  const view = address.value.view
  useTitle(TITLES[view], notes.alerts)
  return (
    <nav class={isOpen ? 'nav open' : 'nav'} aria-label="Views">
      <Link class="brand" to="/">
        <img src="/assets/icon.svg" alt="" width="20" height="20" />
        <span>
          Lognitor <small>inbox</small>
        </span>
      </Link>
      <button type="button" class="button nav-toggle" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {TITLES[view]} <span aria-hidden="true">▾</span>
      </button>
      <ul>
        {VIEWS.map((name) => (
          <li key={name}>
            <Link
              to={linkTo(name)}
              title={TITLES[name]}
              isCurrent={name === view}
              onGo={() => setOpen(false)}
            >
              <Icon view={name} />
              <span class="nav-name">{TITLES[name]}</span>
              {notes[name] !== undefined && <span class={`note ${name}`}>{notes[name]}</span>}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}

/** Sets the title of the browser tab: the view and the number of alerts that fire. */
function useTitle(title: string, firing: string | undefined): void {
  useEffect(() => {
    document.title = `${firing === undefined ? '' : `(${firing}) `}${title} · Lognitor inbox`
  }, [title, firing])
}

/** Counts beside the names of views, where they are useful. */
function useNotes(): Partial<Record<View, string>> {
  const { data: stats } = useCall<Totals & { errorGroups: number }>('stats', 2000)
  const { data: alerts } = useCall<{ alerts: Alert[] }>('alerts?limit=200', 2000)
  const firing = alerts?.alerts.filter(({ status }) => status === 'firing').length ?? 0
  const isFaulty = Object.keys(faults.value ?? {}).length > 0
  return {
    ...(stats !== undefined && stats.errorGroups > 0 && { errors: short(stats.errorGroups) }),
    ...(firing > 0 && { alerts: short(firing) }),
    ...(isFaulty && { faults: 'on' }),
  }
}
