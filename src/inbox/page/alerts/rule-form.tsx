import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { AlertCondition, AlertRule } from '../../alerts/rule.js'
import { useKeys } from '../state/keys.js'
import { CONDITION_NAMES, CONDITIONS } from './conditions.js'
import { Sentence, type Slot } from './sentence.js'
import { WindowInput } from './window-input.js'

/** One rule, changed within its sentence. */
export function RuleForm({
  rule: saved,
  onSave,
  onRemove,
  onClose,
}: {
  rule: AlertRule
  onSave: (rule: AlertRule) => void
  /** Absent for a rule that is not saved yet. */
  onRemove?: () => void
  onClose: () => void
}) {
  const [rule, setRule] = useState(saved)
  const name = useRef<HTMLInputElement>(null)
  useKeys({ Escape: onClose })
  useEffect(() => name.current?.focus(), [])
  const set = (part: Partial<AlertRule>) => setRule({ ...rule, ...part })
  const { condition, threshold, windowMs, service = '', text = '' } = rule
  const inputs: Readonly<Record<Slot, (noun: string) => ComponentChildren>> = {
    limit: (noun) => (
      <label class="rule-limit">
        <input
          class="field"
          type="number"
          min="0.1"
          step="any"
          required
          aria-label="Limit"
          value={threshold}
          onInput={({ currentTarget }) => set({ threshold: currentTarget.valueAsNumber })}
        />
        {noun === '%' ? '%' : `${noun}s`}
      </label>
    ),
    text: () => (
      <input
        class="field"
        aria-label="Text"
        value={text}
        required
        maxLength={200}
        onInput={({ currentTarget }) => set({ text: currentTarget.value })}
      />
    ),
    service: () => (
      <input
        class="field"
        aria-label="Service"
        placeholder="any service"
        value={service}
        maxLength={200}
        onInput={({ currentTarget }) => set({ service: currentTarget.value })}
      />
    ),
    window: () => <WindowInput windowMs={windowMs} onChange={(next) => set({ windowMs: next })} />,
  }
  return (
    <li>
      <form
        class="rule-form"
        aria-label={`Rule ${saved.name}`}
        onSubmit={(event) => {
          event.preventDefault()
          onSave(complete(rule))
        }}
      >
        <div class="row">
          <input
            class="field rule-name"
            ref={name}
            aria-label="Name"
            value={rule.name}
            required
            maxLength={200}
            onInput={({ currentTarget }) => set({ name: currentTarget.value })}
          />
          <select
            class="field"
            aria-label="Kind"
            value={condition}
            onChange={({ currentTarget }) => set({ condition: currentTarget.value as AlertCondition })}
          >
            {CONDITION_NAMES.map((each) => (
              <option key={each} value={each}>
                {CONDITIONS[each].name}
              </option>
            ))}
          </select>
        </div>
        <p class="rule-inputs">
          <Sentence condition={condition} part={(slot, noun) => inputs[slot](noun)} />
        </p>
        <div class="row">
          <button type="submit" class="button primary">
            Save
          </button>
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <span class="spring" />
          {onRemove !== undefined && (
            <button type="button" class="button quiet" onClick={onRemove}>
              Remove the rule
            </button>
          )}
        </div>
      </form>
    </li>
  )
}

/** A rule with the parts that its kind has, and no others. */
function complete({ name, condition, threshold, windowMs, service = '', text }: AlertRule): AlertRule {
  const rule: AlertRule = { name, condition, threshold, windowMs }
  if (service !== '') rule.service = service
  if (condition === 'log_contains' && text !== undefined) rule.text = text
  return rule
}
