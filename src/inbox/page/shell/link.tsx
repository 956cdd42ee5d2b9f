import type { ComponentChildren } from 'preact'

/** A link within the page, which a plain click follows without loading anew. */
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
  const follow = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return
    event.preventDefault()
    event.stopPropagation()
    if (to !== location.pathname + location.search) {
      history.pushState(null, '', to)
      dispatchEvent(new PopStateEvent('popstate'))
    }
    onGo?.()
  }
  return (
    <a href={to} class={name} title={title} aria-current={isCurrent ? 'page' : undefined} onClick={follow}>
      {children}
    </a>
  )
}
