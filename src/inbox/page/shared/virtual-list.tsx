import type { ComponentChildren } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import './virtual-list.css'

export interface VirtualListProps {
  readonly label: string
  readonly count: number
  readonly rowHeight: number
  /** Number of rows above and below the visible part that are created too. */
  readonly margin?: number
  /** The row that must be visible. */
  readonly selected?: number
  readonly columns: number
  readonly header: ComponentChildren
  readonly renderRow: (index: number) => ComponentChildren
  /** Called with whether the list is at its top. */
  readonly onTop?: (isAtTop: boolean) => void
}

/** A table of any number of rows, of which only the visible ones exist. All rows have the same height. */
export function VirtualList(props: VirtualListProps) {
  const { label, count, rowHeight, margin = 6, selected, header, renderRow, onTop, columns } = props
  const box = useRef<HTMLDivElement>(null)
  const [view, setView] = useState({ top: 0, height: 800 })

  useLayoutEffect(() => {
    const element = box.current
    if (element === null) return
    const measure = () => setView({ top: element.scrollTop, height: element.clientHeight })
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  useEffect(() => {
    const element = box.current
    if (element === null || selected === undefined) return
    const room = element.clientHeight - rowHeight * 2
    const top = selected * rowHeight
    if (top < element.scrollTop) element.scrollTop = top
    else if (top > element.scrollTop + room) element.scrollTop = top - room
  }, [selected, rowHeight])

  const first = Math.max(0, Math.floor(view.top / rowHeight) - margin)
  const last = Math.min(count, Math.ceil((view.top + view.height) / rowHeight) + margin)
  const rows = []
  for (let index = first; index < last; index++) rows.push(renderRow(index))
  const onScroll = () => {
    const element = box.current
    if (element === null) return
    setView({ top: element.scrollTop, height: element.clientHeight })
    onTop?.(element.scrollTop < rowHeight)
  }
  return (
    <div
      class="virtual-list"
      role="grid"
      aria-label={label}
      aria-rowcount={count + 1}
      aria-colcount={columns}
      tabIndex={0}
      ref={box}
      onScroll={onScroll}
    >
      {header}
      <div class="virtual-rows" role="rowgroup" style={{ height: `${count * rowHeight}px` }}>
        <div
          class="virtual-window"
          role="presentation"
          style={{ transform: `translateY(${first * rowHeight}px)` }}
        >
          {rows}
        </div>
      </div>
    </div>
  )
}
