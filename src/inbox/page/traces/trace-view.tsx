import type { TimelineAnswer } from '../../api/shapes.js'
import { LogDrawer } from '../logs/detail/drawer.js'
import { CopyButton } from '../shared/copy-button.js'
import { Empty } from '../shared/empty.js'
import { Figures } from '../shared/figures.js'
import { duration, whole } from '../shared/format.js'
import { Glyph } from '../shared/glyph.js'
import { plain } from '../shared/text.js'
import { Link } from '../shell/link.js'
import { linkTo, parameter, setParameters } from '../state/address.js'
import { useCall } from '../state/call.js'
import { useKeys } from '../state/keys.js'
import { lanesOf } from './lanes.js'
import { Waterfall } from './waterfall.js'

/** All logs and requests of a trace or a request on one time line across services. */
export function TraceView({ trace, request }: { trace: string; request: string }) {
  const of = new URLSearchParams(trace === '' ? { request_id: request } : { trace_id: trace })
  const { data } = useCall<TimelineAnswer>(`timeline?${of}`)
  const open = parameter('log')
  useKeys({ Escape: () => setParameters({ trace: '', request: '', log: '' }) })
  const id = trace === '' ? request : trace
  if (data === undefined) return null
  const { from, to, lanes } = lanesOf(data)
  const errors = data.logs.filter(({ level }) => level === 'error' || level === 'fatal').length
  return (
    <div class={open === '' ? 'stack' : 'view-inner with-drawer'}>
      <div class="stack">
        <header class="group-head">
          <Link to={linkTo('traces')} class="back">
            <Glyph name="back" /> All traces
          </Link>
          <h2 class="row trace-title">
            <span>{trace === '' ? 'Request' : 'Trace'}</span>
            <span class="mono">{plain(id).slice(0, 100)}</span>
            <CopyButton label="Copy id" text={() => id} />
          </h2>
        </header>
        {data.logs.length === 0 && data.requests.length === 0 ? (
          <Empty title="Nothing is held of it">
            It may have been too long ago, or the inbox was emptied.
          </Empty>
        ) : (
          <>
            <Figures
              figures={[
                { name: 'Length', value: duration(to - from) },
                { name: 'Requests', value: whole(data.requests.length) },
                { name: 'Logs', value: whole(data.logs.length) },
                { name: 'Errors', value: whole(errors), isBad: errors > 0 },
                { name: 'Services', value: whole(new Set(lanes.map(({ service }) => service)).size) },
              ]}
            />
            <section class="panel" aria-label="Time line">
              <Waterfall
                timeline={data}
                open={open}
                onOpen={(seq) => setParameters({ log: String(seq) }, open === '')}
              />
            </section>
          </>
        )}
      </div>
      {open !== '' && <LogDrawer seq={open} onClose={() => setParameters({ log: '' })} />}
    </div>
  )
}
