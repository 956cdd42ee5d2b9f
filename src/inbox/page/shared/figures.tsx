import type { ComponentChildren } from 'preact'
import './figures.css'

export interface Figure {
  readonly name: string
  readonly value: ComponentChildren
  readonly isBad?: boolean
}

/** A few important numbers. */
export function Figures({ figures }: { figures: readonly Figure[] }) {
  return (
    <dl class="figures">
      {figures.map(({ name, value, isBad }) => (
        <div key={name} class="panel">
          <dt>{name}</dt>
          <dd class={isBad ? 'bad' : ''}>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
