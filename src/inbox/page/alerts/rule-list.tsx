import { useEffect, useState } from 'preact/hooks'
import type { Watched } from '../../alerts/alerts.js'
import type { AlertConfig, AlertRule } from '../../alerts/rule.js'
import { Badge } from '../shared/badge.js'
import { counted } from '../shared/format.js'
import { Glyph } from '../shared/glyph.js'
import { plain, Text } from '../shared/text.js'
import { parameter, setParameters } from '../state/address.js'
import { put } from '../state/call.js'
import { revision } from '../state/live.js'
import { CONDITIONS } from './conditions.js'
import { RuleForm } from './rule-form.js'
import { RuleSentence } from './sentence.js'

const NEW: AlertRule = {
  name: CONDITIONS.error_spike.name,
  condition: 'error_spike',
  threshold: 10,
  windowMs: 60_000,
}

/** The rules as sentences. One at a time is open to be changed; the address says which. */
export function RuleList({ config, watched }: { config: AlertConfig; watched: readonly Watched[] }) {
  const [said, say] = useState('')
  const [saved, setSaved] = useState<readonly AlertRule[]>()
  const rules = saved ?? config.rules
  const known = JSON.stringify(config.rules)
  // What the inbox says replaces what was saved here, as soon as the inbox says something new.
  useEffect(() => setSaved(undefined), [known])
  const open = parameter('rule')
  const show = (rule: string) => {
    say('')
    setParameters({ rule })
  }
  /** Replaces the rule at a place; a place behind the last one adds a rule, and `undefined` removes one. */
  const save = async (at: number, rule: AlertRule | undefined) => {
    const next = [...rules]
    next.splice(at, 1, ...(rule === undefined ? [] : [rule]))
    try {
      setSaved((await put<AlertConfig>('alerts', { ...config, rules: next })).rules)
      revision.value++
      setParameters({ rule: '' })
      say('Saved. The rules start counting again.')
    } catch (error) {
      say(error instanceof Error ? error.message : String(error))
    }
  }
  return (
    <section class="panel" aria-label="Rules">
      <header>
        <h2>Rules</h2>
        <div class="row">
          <span class="quiet-text" role="status">
            {said}
          </span>
          <button type="button" class="button" onClick={() => show('new')}>
            <Glyph name="plus" /> Add a rule
          </button>
        </div>
      </header>
      <ul class="rules">
        {rules.map((rule, index) =>
          open === String(index) ? (
            <RuleForm
              key={`form ${index}`}
              rule={rule}
              onSave={(next) => save(index, next)}
              onRemove={() => save(index, undefined)}
              onClose={() => show('')}
            />
          ) : (
            <RuleRow
              key={index}
              rule={rule}
              watched={watched.filter((each) => isOf(rule, each))}
              onOpen={() => show(String(index))}
            />
          ),
        )}
        {open === 'new' && (
          <RuleForm rule={NEW} onSave={(rule) => save(rules.length, rule)} onClose={() => show('')} />
        )}
      </ul>
    </section>
  )
}

function isOf({ name, condition, threshold }: AlertRule, watched: Watched): boolean {
  return watched.name === name && watched.condition === condition && watched.threshold === threshold
}

function RuleRow({
  rule,
  watched,
  onOpen,
}: {
  rule: AlertRule
  watched: readonly Watched[]
  onOpen: () => void
}) {
  return (
    <li class="rule">
      <div>
        <h3 class="rule-name">
          <Text>{rule.name}</Text>
        </h3>
        <RuleSentence rule={rule} />
      </div>
      <State watched={watched} isBelow={CONDITIONS[rule.condition].isBelow === true} />
      <button type="button" class="button" aria-label={`Edit the rule ${plain(rule.name)}`} onClick={onOpen}>
        Edit
      </button>
    </li>
  )
}

/** The services in which a rule fires, or the one in which it is the closest to firing. */
function State({ watched, isBelow }: { watched: readonly Watched[]; isBelow: boolean }) {
  const firing = watched.filter(({ isFiring }) => isFiring)
  if (firing.length > 0)
    return (
      <Badge kind="bad">
        ✕ firing <Text>{nameOf(firing)}</Text>
      </Badge>
    )
  const closest = [...watched].sort((a, b) => (isBelow ? a.value - b.value : b.value - a.value))[0]
  if (closest === undefined) return <span class="quiet-text">nothing to watch yet</span>
  return (
    <span class="quiet-text rule-closest">
      {isBelow ? counted(closest.value, 'log') : `${closest.value} of ${closest.threshold}`}{' '}
      <Text>{nameOf([closest])}</Text>
    </span>
  )
}

function nameOf(watched: readonly Watched[]): string {
  const names = watched.flatMap(({ service }) => service ?? [])
  if (names.length === 0) return ''
  return `in ${names.slice(0, 2).join(', ')}${names.length > 2 ? ` and ${names.length - 2} more` : ''}`
}
