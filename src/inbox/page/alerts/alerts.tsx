import type { Alert, Watched } from '../../alerts/alerts.js'
import type { AlertConfig } from '../../alerts/rule.js'
import { useCall } from '../state/call.js'
import { AlertList } from './alert-list.js'
import './alerts.css'
import { History } from './history.js'
import { Meters } from './meters.js'
import { RuleList } from './rule-list.js'
import { WebhookForm } from './webhook-form.js'

export function AlertsView() {
  const { data } = useCall<{ alerts: Alert[]; config: AlertConfig; watched: Watched[] }>('alerts?limit=200')
  if (data === undefined) return null
  const firing = data.alerts.filter(({ status }) => status === 'firing')
  return (
    <div class="view-inner">
      <History alerts={data.alerts} />
      <div class="alerts-columns">
        <div class="stack">
          <AlertList
            title={`Firing, ${firing.length}`}
            alerts={firing}
            empty="Nothing fires. All is quiet."
          />
          <Meters watched={data.watched} />
          <AlertList
            title="Recovered"
            alerts={data.alerts.filter(({ status }) => status === 'recovered')}
            empty="No alert has recovered yet."
          />
        </div>
        <div class="stack">
          <RuleList config={data.config} watched={data.watched} />
          <WebhookForm config={data.config} />
        </div>
      </div>
    </div>
  )
}
