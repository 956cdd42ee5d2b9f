import type { LogRow, RequestRow, TimelineAnswer } from '../../api/shapes.js'

/** A line of the waterfall: a request with its duration, or a log at its time. */
export interface Lane {
  readonly key: string
  readonly service: string
  /** Nesting depth. */
  readonly depth: number
  readonly from: number
  readonly to: number
  readonly request?: RequestRow
  readonly log?: LogRow
}

export interface Lanes {
  readonly from: number
  readonly to: number
  readonly lanes: Lane[]
}

const MAX_DEPTH = 6

/** Requests and logs in the order of time. A log is nested in its request, a request in one that spans its time. */
export function lanesOf({ logs, requests }: TimelineAnswer): Lanes {
  const open: Lane[] = []
  const lanes: Lane[] = []
  for (const lane of [...requests.map(ofRequest), ...logs.map(ofLog)].sort(inTime)) {
    while (open.length > 0 && !holds(open.at(-1), lane)) open.pop()
    lanes.push({ ...lane, depth: Math.min(open.length, MAX_DEPTH) })
    if (lane.request !== undefined) open.push(lane)
  }
  // A summary of repeats comes seconds after those errors; including its time would squeeze everything else.
  const ofTime = lanes.filter(({ log }) => log?.repeats === undefined)
  const measured = ofTime.length === 0 ? lanes : ofTime
  return {
    from: Math.min(...measured.map(({ from }) => from)),
    to: Math.max(...measured.map(({ to }) => to)),
    lanes,
  }
}

/** At the same moment, what lasts longer comes first. */
function inTime(a: Lane, b: Lane): number {
  return a.from - b.from || b.to - a.to
}

/** Clocks of two processes differ, and a log may be written after its request was answered. */
const TOLERANCE_MS = 5

function holds(outer: Lane | undefined, inner: Lane): boolean {
  if (outer === undefined) return false
  const isItsOwn = inner.log !== undefined && inner.log.request === outer.request?.request_id
  return isItsOwn || inner.to <= outer.to + TOLERANCE_MS
}

function ofRequest(request: RequestRow): Lane {
  return {
    key: `request ${request.seq}`,
    service: request.service ?? '',
    depth: 0,
    from: request.time,
    to: request.time + request.duration_ms,
    request,
  }
}

function ofLog(log: LogRow): Lane {
  return { key: `log ${log.seq}`, service: log.service ?? '', depth: 0, from: log.time, to: log.time, log }
}
