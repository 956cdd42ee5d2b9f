import { useEffect, useState } from 'preact/hooks'
import type { Alert } from '../../alerts/alerts.js'
import type { AlertConfig, AlertRule } from '../../alerts/rule.js'
import { Badge } from '../shared/badge.js'
import { put } from '../state/call.js'
import { CONDITION_NAMES, CONDITIONS } from './conditions.js'
import { RuleRow } from './rule-row.js'

/** The rules, edited in place. */
export function RuleForm({ config, firing }: { config: AlertConfig; firing: readonly Alert[] }) {
  const [rules, setRules] = useState<readonly AlertRule[]>(config.rules)
  const [said, say] = useState('')
  const saved = JSON.stringify(config.rules)
  const isChanged = JSON.stringify(rules) !== saved
  // Rules that were set elsewhere replace those in the form.
  useEffect(() => setRules(JSON.parse(saved) as AlertRule[]), [saved])
  const save = async (event: Event) => {
    event.preventDefault()
    try {
      await put<AlertConfig>('alerts', { ...config, rules })
      say('Saved. All watching begins anew.')
    } catch (error) {
      say(error instanceof Error ? error.message : String(error))
    }
  }
  const change = (at: number, rule: AlertRule | undefined) =>
    setRules(rules.flatMap((each, index) => (index === at ? (rule ?? []) : each)))
  const add = () =>
    setRules([
      ...rules,
      { name: CONDITIONS.error_spike.name, condition: 'error_spike', threshold: 10, windowMs: 60_000 },
    ])
  return (
    <form class="panel" aria-label="Rules" onSubmit={save}>
      <header>
        <h2>Rules</h2>
        <div class="row">
          <span class="quiet-text" role="status">
            {said}
          </span>
          <button type="button" class="button" onClick={add}>
            Add a rule
          </button>
          <button type="submit" class="button primary" disabled={!isChanged}>
            Save
          </button>
        </div>
      </header>
      <ul class="rules">
        {rules.map((rule, index) => (
          <RuleRow key={index} rule={rule} onChange={(next) => change(index, next)}>
            {firing.some(({ alert_name }) => alert_name === rule.name) && <Badge kind="bad">✕ firing</Badge>}
          </RuleRow>
        ))}
      </ul>
      <p class="none quiet-text">
        Each rule is watched for each service by itself. Kinds:{' '}
        {CONDITION_NAMES.map((name) => CONDITIONS[name].name).join(', ')}.
      </p>
    </form>
  )
}
