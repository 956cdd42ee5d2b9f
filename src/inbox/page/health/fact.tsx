import type { ComponentChildren } from 'preact'

/** A figure of a client with its name. */
export function Fact({
  name,
  isBad = false,
  children,
}: {
  name: string
  isBad?: boolean
  children: ComponentChildren
}) {
  return (
    <div>
      <dt>{name}</dt>
      <dd class={isBad ? 'bad' : ''}>{children}</dd>
    </div>
  )
}
