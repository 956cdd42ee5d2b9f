import { CopyButton } from '../../shared/copy-button.js'
import { Drawer } from '../../shared/drawer.js'
import { FilterValue } from '../../shared/filter-value.js'
import { clockMs } from '../../shared/format.js'
import { Level } from '../../shared/level.js'
import { useCall } from '../../state/call.js'
import { LogDetail } from './detail.js'
import type { HeldLog } from './held-log.js'
import { promptOf } from './prompt.js'

const NEVER_MS = 1e9

/** One log in full, beside the list. */
export function LogDrawer({ seq, onClose }: { seq: string; onClose: () => void }) {
  const { data, error } = useCall<HeldLog>(/^\d+$/.test(seq) ? `logs/${seq}` : undefined, NEVER_MS)
  const held = data !== undefined && String(data.seq) === seq ? data : undefined
  return (
    <Drawer
      label="Log"
      onClose={onClose}
      title={
        held !== undefined && (
          <>
            <FilterValue name="level" value={held.log.level}>
              <Level level={held.log.level} />
            </FilterValue>
            <span class="mono quiet-text">{clockMs(held.time)}</span>
          </>
        )
      }
      actions={
        held !== undefined && (
          <>
            <CopyButton label="Copy JSON" text={() => JSON.stringify(held.log, null, 2)} />
            <CopyButton label="Copy as prompt" text={() => promptOf(held.log)} />
          </>
        )
      }
    >
      {held !== undefined ? <LogDetail held={held} /> : <p class="quiet-text">{error ?? 'Loading …'}</p>}
    </Drawer>
  )
}
