import type { ComponentChildren } from 'preact'
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
      <div class="drawer-body" tabIndex={0} role="group" aria-label={`${label}, in full`}>
        {children}
      </div>
    </aside>
  )
}

/** A part of the panel, with a heading. */
export function Section({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="drawer-section">
      <h3>{title}</h3>
      {children}
    </section>
  )
}
