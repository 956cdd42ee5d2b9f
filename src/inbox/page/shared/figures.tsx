import type { ComponentChildren } from 'preact'
import './figures.css'

export interface Figure {
  readonly name: string
  readonly value: ComponentChildren
  readonly isBad?: boolean
}

/** A few important numbers in one row. */
export function Figures({ figures }: { figures: readonly Figure[] }) {
  return (
    <dl class="panel figures">
      {figures.map(({ name, value, isBad }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd class={isBad ? 'bad' : ''}>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
