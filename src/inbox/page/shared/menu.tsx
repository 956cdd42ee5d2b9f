import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { useKeys } from '../state/keys.js'
import './menu.css'

/** A button that opens a panel below itself. Escape and a click elsewhere close the panel. */
export function Menu({
  label,
  shown = label,
  class: name = '',
  children,
}: {
  label: string
  /** What the button shows. */
  shown?: ComponentChildren
  class?: string
  children: ComponentChildren
}) {
  const details = useRef<HTMLDetailsElement>(null)
  const close = () => {
    if (details.current?.open !== true) return
    const hadFocus = details.current.contains(document.activeElement)
    details.current.open = false
    if (hadFocus) details.current.querySelector('summary')?.focus()
  }
  const [isOpen, setOpen] = useState(false)
  useKeys(isOpen ? { Escape: close } : {})
  useEffect(() => {
    const onPress = ({ target }: Event) => {
      if (!details.current?.contains(target as Node)) close()
    }
    addEventListener('pointerdown', onPress)
    return () => removeEventListener('pointerdown', onPress)
  }, [])
  return (
    <details class="menu" ref={details} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary class={`button ${name}`} aria-label={label} title={label}>
        {shown}
      </summary>
      <div class="menu-body">{isOpen && children}</div>
    </details>
  )
}
