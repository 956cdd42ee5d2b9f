import type { ComponentChildren } from 'preact'
import { Text } from './text.js'

export type Field = readonly [name: string, value: ComponentChildren | undefined]

/** Names with their values; what is undefined is left out. */
export function Fields({ fields }: { fields: readonly Field[] }) {
  return (
    <dl class="fields">
      {fields
        .filter(([, value]) => value !== undefined)
        .flatMap(([name, value]) => [
          <dt key={`${name} name`}>
            <Text>{name}</Text>
          </dt>,
          <dd key={name}>{value}</dd>,
        ])}
    </dl>
  )
}
