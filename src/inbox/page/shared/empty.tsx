import type { ComponentChildren } from 'preact'
import { setParameters } from '../state/address.js'
import { clearFilters } from '../state/filters.js'
import { CopyButton } from './copy-button.js'
import './empty.css'

/** Shown where there is no data: the reason, and the command that changes it. */
export function Empty({
  title,
  line,
  children,
}: {
  title: string
  line?: string
  children?: ComponentChildren
}) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children !== undefined && <p>{children}</p>}
      {line !== undefined && (
        <div class="empty-line">
          <pre>
            <code>{line}</code>
          </pre>
          <CopyButton text={() => line} label="Copy" />
        </div>
      )}
    </div>
  )
}

/** Shown where filters leave nothing, with a way out. */
export function NothingPasses({ noun }: { noun: string }) {
  return (
    <div class="empty">
      <p class="empty-title">No {noun} passes these filters</p>
      <p>Switch a filter off, or choose another time.</p>
      <button type="button" class="button" onClick={showEverything}>
        Show everything
      </button>
    </div>
  )
}

function showEverything(): void {
  clearFilters()
  setParameters({ from: '', to: '' }, false)
}

/** Shown when the inbox refuses what the address asks for, such as a level that does not exist. */
export function Refused({ reason }: { reason: string }) {
  return <Empty title="The inbox refuses this">{reason}</Empty>
}

/** The command that starts a program which reports to this inbox. */
export function startLine(): string {
  return `LOGNITOR_API_KEY=dev LOGNITOR_API_URL=${location.origin}/api/v1 node --import @lognitor/opentelemetry/register app.js`
}
