import type { ComponentType } from 'preact'
import './app.css'
import { AlertsView } from './alerts/alerts.js'
import { ErrorsView } from './errors/errors.js'
import { FaultBanner } from './faults/banner.js'
import { FaultsView } from './faults/faults.js'
import { FeedbackView } from './feedback/feedback.js'
import { HealthView } from './health/health.js'
import { LogsView } from './logs/logs.js'
import { MonitorsView } from './monitors/monitors.js'
import { ReleasesView } from './releases/releases.js'
import { RequestsView } from './requests/requests.js'
import { Help } from './shell/help.js'
import { Nav } from './shell/nav.js'
import { TopBar } from './shell/top-bar.js'
import { address, type View } from './state/address.js'
import { TracesView } from './traces/traces.js'

const SHOWN: Readonly<Record<View, ComponentType>> = {
  logs: LogsView,
  errors: ErrorsView,
  requests: RequestsView,
  traces: TracesView,
  monitors: MonitorsView,
  releases: ReleasesView,
  feedback: FeedbackView,
  alerts: AlertsView,
  health: HealthView,
  faults: FaultsView,
}

export function App() {
  const Shown = SHOWN[address.value.view]
  return (
    <div class="app">
      <a class="button skip" href="#view">
        Skip to the view
      </a>
      <Nav />
      <div class="main">
        <TopBar />
        <FaultBanner />
        <main class="view" id="view" tabIndex={-1}>
          <Shown />
        </main>
        <Help />
      </div>
    </div>
  )
}
