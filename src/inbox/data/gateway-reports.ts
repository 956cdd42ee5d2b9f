import { cut } from './short-key.js'

/** What a gateway says of itself: the figures of its metrics since its start. */
export interface GatewayReport {
  /** The name of the gateway. */
  service: string
  /** ISO 8601, by the inbox's clock. */
  at: string
  records: number
  spans: number
  bytes: number
  /** Answers to exports, by signal and status: `logs 200`. */
  answers: Record<string, number>
  /** Logs by outcome: `written`, `accepted`, `rejected`. */
  logs: Record<string, number>
  /** Request entries by outcome: `written`, `accepted`. */
  requests: Record<string, number>
  /** Drops by reason. */
  dropped: Record<string, number>
  /** True while nothing is sent, because the key or the address was refused. */
  isHeld: boolean
  inFlight: number
  cpuSeconds: number
  memoryBytes: number
}

const PREFIX = 'lognitor_gateway_'
const MAX_LINES = 1000
const MAX_NAMES = 50
const LINE = new RegExp(`^${PREFIX}(\\w{1,100})(?:\\{([^}]{0,400})\\})? (\\d[\\d.e+-]*)$`)

/** Reads the metrics of a gateway in the Prometheus text format. Gives a sentence when there are none. */
export function parseGatewayReport(text: string, service: string, now: number): GatewayReport | string {
  const series = seriesIn(text)
  if (series.size === 0) return 'The body has no metrics of a gateway.'
  const one = (name: string) => series.get(name)?.get('') ?? 0
  const all = (name: string) => Object.fromEntries(series.get(name) ?? [])
  return {
    service: cut(service, 200),
    at: new Date(now).toISOString(),
    records: one('log_records_total'),
    spans: one('spans_total'),
    bytes: one('received_bytes_total'),
    answers: all('answers_total'),
    logs: all('logs_total'),
    requests: all('request_entries_total'),
    dropped: all('dropped_total'),
    isHeld: one('held') > 0,
    inFlight: one('in_flight_requests'),
    cpuSeconds: one('cpu_seconds_total'),
    memoryBytes: one('resident_memory_bytes'),
  }
}

export function isGatewayReport(text: string): boolean {
  return text.includes(PREFIX) && text.startsWith('#')
}

/** The values by the name of the metric and the values of its labels, separated by spaces. */
function seriesIn(text: string): Map<string, Map<string, number>> {
  const series = new Map<string, Map<string, number>>()
  for (const line of text.split('\n', MAX_LINES)) {
    const [, name = '', labels = '', value = ''] = LINE.exec(line) ?? []
    if (name === '' || !Number.isFinite(Number(value))) continue
    const values = series.get(name) ?? new Map<string, number>()
    const label = Array.from(labels.matchAll(/"([^"]*)"/g), ([, text]) => cut(text ?? '', 100)).join(' ')
    if (values.size < MAX_NAMES) values.set(label, Number(value))
    series.set(name, values)
  }
  return series
}
