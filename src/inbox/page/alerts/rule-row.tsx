import type { ComponentChildren } from 'preact'
import type { AlertCondition, AlertRule } from '../../alerts/rule.js'
import { Glyph } from '../shared/glyph.js'
import { CONDITION_NAMES, CONDITIONS } from './conditions.js'

const SECOND_MS = 1000

/** One rule with a field for each of its parts; `undefined` deletes the rule. */
export function RuleRow({
  rule,
  onChange,
  children,
}: {
  rule: AlertRule
  onChange: (rule: AlertRule | undefined) => void
  children: ComponentChildren
}) {
  const of = `of the rule ${rule.name}`
  const set = (part: Partial<AlertRule>) => onChange({ ...rule, ...part })
  const setCondition = (condition: AlertCondition) => {
    const { text = 'out of memory', ...rest } = rule
    onChange({ ...rest, condition, ...(condition === 'log_contains' && { text }) })
  }
  const setService = (service: string) => {
    const { service: _before, ...rest } = rule
    onChange({ ...rest, ...(service !== '' && { service }) })
  }
  return (
    <li class="rule">
      <div class="row">
        <input
          class="field rule-name"
          aria-label={`Name ${of}`}
          value={rule.name}
          required
          maxLength={200}
          onInput={({ currentTarget }) => set({ name: currentTarget.value })}
        />
        <select
          class="field"
          aria-label={`Kind ${of}`}
          value={rule.condition}
          onChange={({ currentTarget }) => setCondition(currentTarget.value as AlertCondition)}
        >
          {CONDITION_NAMES.map((condition) => (
            <option key={condition} value={condition}>
              {CONDITIONS[condition].name}
            </option>
          ))}
        </select>
        {rule.condition === 'log_contains' && (
          <input
            class="field"
            aria-label={`Text ${of}`}
            value={rule.text ?? ''}
            required
            maxLength={200}
            onInput={({ currentTarget }) => set({ text: currentTarget.value })}
          />
        )}
        {children}
        <button
          type="button"
          class="button quiet icon-only"
          aria-label={`Remove the rule ${rule.name}`}
          onClick={() => onChange(undefined)}
        >
          <Glyph name="close" />
        </button>
      </div>
      <div class="row">
        <label class="rule-number">
          {CONDITIONS[rule.condition].isBelow ? 'below' : 'at'}
          <input
            class="field"
            type="number"
            min="0.1"
            step="any"
            aria-label={`Limit ${of}`}
            value={rule.threshold}
            onInput={({ currentTarget }) => set({ threshold: currentTarget.valueAsNumber })}
          />
          {CONDITIONS[rule.condition].unit}
        </label>
        <label class="rule-number">
          within
          <input
            class="field"
            type="number"
            min="1"
            max="86400"
            aria-label={`Seconds ${of}`}
            value={rule.windowMs / SECOND_MS}
            onInput={({ currentTarget }) => set({ windowMs: currentTarget.valueAsNumber * SECOND_MS })}
          />
          s
        </label>
        <input
          class="field rule-service"
          aria-label={`Service ${of}`}
          placeholder="every service"
          value={rule.service ?? ''}
          maxLength={200}
          onInput={({ currentTarget }) => setService(currentTarget.value)}
        />
      </div>
    </li>
  )
}
