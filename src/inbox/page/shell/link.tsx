import type { ComponentChildren } from 'preact'
import { follow } from '../state/address.js'

/** A link within the page, which a plain click follows without loading the page again. */
export function Link({
  to,
  isCurrent = false,
  onGo,
  class: name,
  title,
  children,
}: {
  to: string
  isCurrent?: boolean
  onGo?: () => void
  class?: string
  title?: string
  children: ComponentChildren
}) {
  const onClick = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return
    event.preventDefault()
    event.stopPropagation()
    follow(to)
    onGo?.()
  }
  return (
    <a href={to} class={name} title={title} aria-current={isCurrent ? 'page' : undefined} onClick={onClick}>
      {children}
    </a>
  )
}
