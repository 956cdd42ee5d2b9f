import type { Log } from '../../../../wire/log.js'
import { CopyButton } from '../../shared/copy-button.js'
import { Drawer } from '../../shared/drawer.js'
import { FilterValue } from '../../shared/filter-value.js'
import { clockMs } from '../../shared/format.js'
import { Level } from '../../shared/level.js'
import { useCall } from '../../state/call.js'
import { LogDetail } from './detail.js'
import { promptOf } from './prompt.js'

/** A whole log as the inbox gives it. */
export interface HeldLog {
  seq: number
  /** In milliseconds since the epoch, as `at` of its arrival. */
  time: number
  at: number
  log: Log
}

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
