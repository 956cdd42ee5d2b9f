import type { RequestRow, TimelineAnswer } from '../../api/shapes.js'
import { CopyButton } from '../shared/copy-button.js'
import { Drawer, Section } from '../shared/drawer.js'
import { Fields } from '../shared/fields.js'
import { clockMs, duration } from '../shared/format.js'
import { JsonView } from '../shared/json-view.js'
import { Text } from '../shared/text.js'
import { Link } from '../shell/link.js'
import { linkTo } from '../state/address.js'
import { useCall } from '../state/call.js'
import { Waterfall } from '../traces/waterfall.js'
import { requestFields } from './request-fields.js'
import { Status } from './status.js'

/** One request with its logs, its errors and its trace. */
export function RequestDrawer({ id, seq, onClose }: { id: string; seq: string; onClose: () => void }) {
  const { data: held } = useCall<RequestRow>(/^\d+$/.test(seq) ? `request-rows/${seq}` : undefined)
  const of = new URLSearchParams({ request_id: id }).toString()
  const { data: timeline } = useCall<TimelineAnswer>(id === '' ? undefined : `timeline?${of}`)
  return (
    <Drawer
      label="Request"
      onClose={onClose}
      title={
        held !== undefined && (
          <>
            <Status status={held.status_code} />
            <b>{duration(held.duration_ms)}</b>
            <span class="mono quiet-text">{clockMs(held.time)}</span>
          </>
        )
      }
      actions={
        held !== undefined && <CopyButton label="Copy JSON" text={() => JSON.stringify(held, null, 2)} />
      }
    >
      {held === undefined ? (
        <p class="quiet-text">The inbox no longer has this request, or never had it.</p>
      ) : (
        <>
          <p class="mono request-path">
            <b>
              <Text>{held.method}</Text>
            </b>{' '}
            <Text>{held.path}</Text>
          </p>
          <Section title="Logs, errors and trace">
            {timeline !== undefined && timeline.logs.length > 0 ? (
              <Waterfall timeline={timeline} />
            ) : (
              <p class="quiet-text">No log is known of this request.</p>
            )}
            <p class="row">
              {timeline?.traces.map((trace) => (
                <Link key={trace} to={linkTo('traces', { trace })}>
                  The whole trace
                </Link>
              ))}
              <Link to={linkTo('logs', { request: id })}>Its logs</Link>
            </p>
          </Section>
          <Section title="Request">
            <Fields fields={requestFields(held)} />
          </Section>
          <Section title="JSON">
            <JsonView value={held} label="The request as JSON" />
          </Section>
        </>
      )}
    </Drawer>
  )
}
