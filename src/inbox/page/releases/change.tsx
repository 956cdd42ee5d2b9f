import { duration, percent } from '../shared/format.js'

const FORMATS = { percent, duration } as const
/** A smaller change is noise. */
const LEAST_CHANGE = 0.1

/** A figure of a release, with that of the release before and the direction of the change. */
export function Change({
  name,
  kind,
  now,
  then,
}: {
  name: string
  kind: keyof typeof FORMATS
  now: number
  then: number | undefined
}) {
  const format = FORMATS[kind]
  const change = then === undefined || then === 0 ? 0 : now / then - 1
  const isChanged = Math.abs(change) >= LEAST_CHANGE
  const word = !isChanged ? '' : change > 0 ? 'bad' : 'better'
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <b class={word}>{format(now)}</b>
        {then !== undefined && (
          <span class="quiet-text">
            {isChanged && (change > 0 ? '↑ ' : '↓ ')}from {format(then)}
          </span>
        )}
      </dd>
    </div>
  )
}
