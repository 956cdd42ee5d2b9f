import type { LogRow, RequestRow, RowsAnswer, VolumeAnswer } from '../../api/shapes.js'
import type { ErrorGroup } from '../../data/error-groups.js'
import { LogDetail } from '../logs/detail/detail.js'
import type { HeldLog } from '../logs/detail/held-log.js'
import { promptOf } from '../logs/detail/prompt.js'
import { RequestTable } from '../requests/request-table.js'
import { Ago } from '../shared/ago.js'
import { CopyButton } from '../shared/copy-button.js'
import { Empty } from '../shared/empty.js'
import { Figures } from '../shared/figures.js'
import { whole } from '../shared/format.js'
import { Glyph, type GlyphName } from '../shared/glyph.js'
import { Text } from '../shared/text.js'
import { VolumeChart } from '../shared/volume-chart.js'
import { Link } from '../shell/link.js'
import { linkTo, parameter, setParameters } from '../state/address.js'
import { useCall } from '../state/call.js'
import { useKeys } from '../state/keys.js'
import { Occurrences } from './occurrences.js'
import { TrendBadge } from './trend-badge.js'

const NEVER_MS = 1e9
const ALL = 1000

/** One error group: its count, breadcrumbs, and failed requests. */
export function GroupView({ fingerprint }: { fingerprint: string }) {
  const of = new URLSearchParams({ fingerprint }).toString()
  const { data: groups } = useCall<{ groups: ErrorGroup[] }>(`errors?limit=${ALL}`)
  const { data: volume } = useCall<VolumeAnswer>(`volume?${of}`)
  const { data: rows } = useCall<RowsAnswer>(`rows?${of}&limit=100`)
  const { data: broken } = useCall<{ requests: RequestRow[] }>(`request-rows?${of}&limit=20`)
  const seq = parameter('log') || String(rows?.rows[0]?.seq ?? '')
  const { data: held } = useCall<HeldLog>(seq === '' ? undefined : `logs/${seq}`, NEVER_MS)
  useKeys({ Escape: () => setParameters({ group: '', log: '' }) })
  const group = groups?.groups.find((each) => each.fingerprint === fingerprint)
  if (group === undefined) {
    if (groups === undefined) return null
    return (
      <Empty title="The inbox no longer has this error, or never had it">
        The inbox may have been emptied. <Link to={linkTo('errors')}>All errors</Link>
      </Empty>
    )
  }
  return (
    <>
      <header class="group-head">
        <Link to={linkTo('errors')} class="back">
          <Glyph name="back" /> All errors
        </Link>
        <h2>
          <Text>{group.type === '' ? 'Error' : group.type}</Text> <TrendBadge trend={group.trend} />
        </h2>
        <p class="group-message">
          <Text>{group.message.slice(0, 1000)}</Text>
        </p>
      </header>
      <Figures
        figures={[
          { name: 'Occurrences', value: whole(group.count) },
          { name: 'Users', value: whole(group.users) },
          { name: 'First seen', value: <Ago time={group.firstSeen} /> },
          { name: 'Last seen', value: <Ago time={group.lastSeen} /> },
          { name: 'Since release', value: <Text>{group.introducedIn ?? '–'}</Text> },
          { name: 'Services', value: <Text>{group.services.join(', ') || '–'}</Text> },
        ]}
      />
      {volume !== undefined && (
        <VolumeChart
          title="Occurrences"
          region="Occurrences over time"
          volume={volume}
          actions={<Link to={linkTo('logs', { fingerprint })}>As logs</Link>}
        />
      )}
      <div class="group-body">
        <section class="panel group-detail" aria-label="One occurrence">
          <header>
            <h2>One occurrence</h2>
            {held !== undefined && (
              <div class="row">
                <Steps rows={rows?.rows ?? []} seq={seq} />
                <CopyButton label="Copy JSON" text={() => JSON.stringify(held.log, null, 2)} />
                <CopyButton label="Copy as prompt" text={() => promptOf(held.log)} />
              </div>
            )}
          </header>
          <div class="group-log">
            {held !== undefined ? (
              <LogDetail held={held} />
            ) : (
              <p class="quiet-text">No occurrence is held any more.</p>
            )}
          </div>
        </section>
        <div class="stack">
          <section class="panel" aria-label="Occurrences">
            <header>
              <h2>Occurrences</h2>
              <span class="quiet-text">the newest first</span>
            </header>
            <Occurrences rows={rows?.rows ?? []} open={seq} />
          </section>
          <section class="panel" aria-label="Requests it broke">
            <header>
              <h2>Requests it broke</h2>
            </header>
            <RequestTable
              requests={broken?.requests ?? []}
              empty="No request is known to have failed with it."
            />
          </section>
        </div>
      </div>
    </>
  )
}

/** Buttons to the occurrence after and the one before. */
function Steps({ rows, seq }: { rows: readonly LogRow[]; seq: string }) {
  const at = rows.findIndex((row) => String(row.seq) === seq)
  const step = (label: string, glyph: GlyphName, to: LogRow | undefined) => (
    <button
      type="button"
      class="button quiet icon-only"
      aria-label={label}
      title={label}
      disabled={to === undefined}
      onClick={() => to !== undefined && setParameters({ log: String(to.seq) }, false)}
    >
      <Glyph name={glyph} />
    </button>
  )
  return (
    <span class="steps">
      {step('Newer occurrence', 'previous', at > 0 ? rows[at - 1] : undefined)}
      {step('Older occurrence', 'next', at >= 0 ? rows[at + 1] : undefined)}
    </span>
  )
}
