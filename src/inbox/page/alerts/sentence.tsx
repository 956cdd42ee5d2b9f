import type { ComponentChildren } from 'preact'
import type { AlertCondition, AlertRule } from '../../alerts/rule.js'
import { counted, length } from '../shared/format.js'
import { Text } from '../shared/text.js'

/** The parts of a rule that its sentence names, and that can be changed. */
export type Slot = 'limit' | 'text' | 'service' | 'window'

/** What each kind of rule watches, as a sentence. A slot is written `{name}`, the limit with what it counts. */
const SENTENCES: Readonly<Record<AlertCondition, string>> = {
  error_spike: 'Fires at {limit error} in {service} within {window}.',
  error_rate: 'Fires when {limit %} of the logs of {service} are errors within {window}.',
  log_contains: 'Fires at {limit log} with {text} in {service} within {window}.',
  new_error: 'Fires at {limit new error} in {service} within {window}.',
  '5xx_spike': 'Fires at {limit failed request} in {service} within {window}.',
  no_logs: 'Fires when {service} writes fewer than {limit log} within {window}.',
}

/** A rule as a sentence, with something for each of its parts. */
export function Sentence({
  condition,
  part,
}: {
  condition: AlertCondition
  /** Shows a part; `noun` is what the limit counts. */
  part: (slot: Slot, noun: string) => ComponentChildren
}) {
  return (
    <>
      {SENTENCES[condition].split(/\{([^}]+)\}/).map((piece, index) => {
        if (index % 2 === 0) return piece
        const [slot = '', ...noun] = piece.split(' ')
        return <span key={slot}>{part(slot as Slot, noun.join(' '))}</span>
      })}
    </>
  )
}

/** A rule as a sentence to read. */
export function RuleSentence({ rule }: { rule: AlertRule }) {
  const { condition, threshold, windowMs, service, text = '' } = rule
  const shown: Readonly<Record<Slot, (noun: string) => ComponentChildren>> = {
    limit: (noun) => (noun === '%' ? `${threshold} %` : counted(threshold, noun)),
    text: () => <Text>{`“${text}”`}</Text>,
    service: () => (service === undefined ? 'any service' : <Text>{service}</Text>),
    window: () => length(windowMs),
  }
  return (
    <p class="rule-sentence">
      <Sentence condition={condition} part={(slot, noun) => <b>{shown[slot](noun)}</b>} />
    </p>
  )
}
