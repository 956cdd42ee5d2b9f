import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { useKeys } from '../state/keys.js'
import './drawer.css'
import { Glyph } from './glyph.js'

/** A panel beside a list, or over the list when there is no room beside it. */
export function Drawer({
  label,
  title,
  actions,
  onClose,
  children,
}: {
  label: string
  title: ComponentChildren
  actions?: ComponentChildren
  onClose: () => void
  children: ComponentChildren
}) {
  useKeys({ Escape: onClose })
  const body = useFocusWhenOver()
  return (
    <aside class="panel drawer" aria-label={label}>
      <header>
        <div class="row drawer-title">{title}</div>
        <div class="row">
          {actions}
          <button
            type="button"
            class="button quiet icon-only"
            aria-label="Close"
            title="Close (Esc)"
            onClick={onClose}
          >
            <Glyph name="close" />
          </button>
        </div>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
      <div class="drawer-body" ref={body} tabIndex={0} role="group" aria-label={`${label}, in full`}>
        {children}
      </div>
    </aside>
  )
}

/** In a narrow window the panel lies over the page: it gets the focus, and gives it back when it closes. */
function useFocusWhenOver() {
  const body = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!matchMedia(OVER_THE_PAGE).matches) return
    const before = document.activeElement
    body.current?.focus()
    return () => (before instanceof HTMLElement ? before : undefined)?.focus()
  }, [])
  return body
}

/** As in drawer.css. */
const OVER_THE_PAGE = '(max-width: 900px)'

/** A part of the panel, with a heading. */
export function Section({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="drawer-section">
      <h3>{title}</h3>
      {children}
    </section>
  )
}
