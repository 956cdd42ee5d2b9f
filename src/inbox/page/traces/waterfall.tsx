import type { TimelineAnswer } from '../../api/shapes.js'
import { Repeats } from '../logs/line.js'
import { Status } from '../requests/status.js'
import { TIME_STEPS } from '../shared/chart/time-steps.js'
import { axisDuration, duration } from '../shared/format.js'
import { Level } from '../shared/level.js'
import { plain, Text } from '../shared/text.js'
import { Link } from '../shell/link.js'
import { linkTo } from '../state/address.js'
import { type Lane, lanesOf } from './lanes.js'
import './waterfall.css'

const MAX_LANES = 500
/** Most steps on the axis. */
const STEPS = 5

/** Requests as bars and logs as dots on one time line. */
export function Waterfall({
  timeline,
  open = '',
  onOpen,
}: {
  timeline: TimelineAnswer
  open?: string
  onOpen?: (seq: number) => void
}) {
  const { from, to, lanes } = lanesOf(timeline)
  const length = Math.max(1, to - from)
  const step = stepOf(length)
  const services = [...new Set(lanes.map(({ service }) => service))]
  return (
    <div class="waterfall" style={{ '--step': `${(step / length) * 100}%` }}>
      <div class="axis" aria-hidden="true">
        {Array.from({ length: Math.floor(length / step) + 1 }, (_, index) => (
          <span key={index} style={{ left: `${((index * step) / length) * 100}%` }}>
            {index === 0 ? '0' : axisDuration(index * step)}
          </span>
        ))}
      </div>
      <ol>
        {lanes.slice(0, MAX_LANES).map((lane) => (
          <li
            key={lane.key}
            class={lane.log !== undefined && String(lane.log.seq) === open ? 'lane current' : 'lane'}
          >
            <div class="lane-name" style={{ paddingLeft: `${lane.depth * 14}px` }}>
              <i class={`service-dot s${services.indexOf(lane.service) % 6}`} aria-hidden="true" />
              <LaneName lane={lane} onOpen={onOpen} />
            </div>
            <div class="lane-time">
              <LaneMark lane={lane} from={from} length={length} />
            </div>
          </li>
        ))}
      </ol>
      {lanes.length > MAX_LANES && (
        <p class="quiet-text none">
          The first {MAX_LANES} of {lanes.length} are shown.
        </p>
      )}
      <p class="services" aria-hidden="true">
        {services.map((service, index) => (
          <span key={service}>
            <i class={`service-dot s${index % 6}`} /> <Text>{service === '' ? 'no service' : service}</Text>
          </span>
        ))}
      </p>
    </div>
  )
}

/** The smallest round length of which the axis has few. */
function stepOf(length: number): number {
  const seconds = TIME_STEPS.find((each) => each * 1000 * STEPS >= length)
  if (length >= 60_000 && seconds !== undefined) return seconds * 1000
  const power = 10 ** Math.floor(Math.log10(length / STEPS))
  return ([1, 2, 5, 10].find((digit) => digit * power * STEPS >= length) ?? 10) * power
}

function LaneName({
  lane: { request, log, service },
  onOpen,
}: {
  lane: Lane
  onOpen: ((seq: number) => void) | undefined
}) {
  if (request !== undefined) {
    const to = linkTo('requests', { open: request.request_id ?? '', seq: String(request.seq) })
    return (
      <Link to={to} class="lane-link mono" title={plain(service)}>
        <Status status={request.status_code} />{' '}
        <b>
          <Text>{request.method}</Text>
        </b>{' '}
        <Text>{request.route ?? request.path}</Text>
      </Link>
    )
  }
  if (log === undefined) return null
  const name = (
    <>
      <Level level={log.level} />{' '}
      {log.error !== undefined && (
        <b>
          <Text>{log.error}</Text>{' '}
        </b>
      )}
      <Text>{log.message}</Text>
      <Repeats row={log} />
    </>
  )
  if (onOpen === undefined)
    return (
      <Link to={linkTo('logs', { log: String(log.seq) })} class="lane-link">
        {name}
      </Link>
    )
  return (
    <button type="button" class="plain lane-link" onClick={() => onOpen(log.seq)}>
      {name}
    </button>
  )
}

function LaneMark({ lane, from, length }: { lane: Lane; from: number; length: number }) {
  const left = Math.min(1, Math.max(0, (lane.from - from) / length)) * 100
  if (lane.log !== undefined)
    return (
      <i
        class={`dot ${lane.log.level}`}
        style={{ left: `${left}%` }}
        title={`+${duration(lane.from - from)}`}
      />
    )
  const width = ((lane.to - lane.from) / length) * 100
  const isFailed = (lane.request?.status_code ?? 0) >= 500
  const isLate = left + width / 2 > 50
  return (
    <>
      <i class={isFailed ? 'bar failed' : 'bar'} style={{ left: `${left}%`, width: `${width}%` }} />
      <span class="bar-label" style={isLate ? { right: `${100 - left}%` } : { left: `${left + width}%` }}>
        {duration(lane.to - lane.from)}
      </span>
    </>
  )
}
