import type { DropReason } from '../diagnostics/drop-ledger.js'

/** What one gateway has done since its start. A repeated export counts again. */
export interface GatewayStats {
  /** Number of answers to exports, by signal and status: `logs 200`. */
  readonly answers: Readonly<Record<string, number>>
  /** Log records and spans in bodies that could be decoded. */
  readonly logRecords: number
  readonly spans: number
  /** Bytes of bodies after decompression. */
  readonly bytes: number
  /** True while nothing is sent under the gateway's own key, because that key or the address was refused. */
  readonly held: boolean
  readonly inFlightRequests: number
  readonly inFlightBytes: number
  /** Logs that were created, those that Lognitor accepted, and those that it rejected. */
  readonly written: number
  readonly accepted: number
  readonly rejected: number
  readonly requestsWritten: number
  readonly requestsAccepted: number
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>
}

/** One value of a Prometheus metric. */
export interface Sample {
  readonly name: string
  readonly kind: 'counter' | 'gauge'
  readonly help: string
  readonly labels?: Readonly<Record<string, string>>
  readonly value: number
}

export function samples(stats: GatewayStats): Sample[] {
  const one = (
    name: string,
    kind: Sample['kind'],
    help: string,
    value: number,
    labels?: Sample['labels'],
  ) => ({
    name: `lognitor_gateway_${name}`,
    kind,
    help,
    value,
    ...(labels && { labels }),
  })
  const logs = (outcome: string, value: number) =>
    one('logs_total', 'counter', 'Logs created, by outcome.', value, { outcome })
  const entries = (outcome: string, value: number) =>
    one('request_entries_total', 'counter', 'Request entries created from server spans, by outcome.', value, {
      outcome,
    })
  const { user, system } = process.cpuUsage()
  return [
    ...Object.entries(stats.answers).map(([answer, value]) => {
      const [signal = '', status = ''] = answer.split(' ')
      return one('answers_total', 'counter', 'Answers to exports.', value, { signal, status })
    }),
    one('log_records_total', 'counter', 'Log records received.', stats.logRecords),
    one('spans_total', 'counter', 'Spans received.', stats.spans),
    one('received_bytes_total', 'counter', 'Bytes of request bodies after decompression.', stats.bytes),
    one(
      'held',
      'gauge',
      '1 while nothing is sent because the key or the address was refused.',
      stats.held ? 1 : 0,
    ),
    one('in_flight_requests', 'gauge', 'Requests under way.', stats.inFlightRequests),
    one('in_flight_bytes', 'gauge', 'Bytes of request bodies in memory.', stats.inFlightBytes),
    logs('written', stats.written),
    logs('accepted', stats.accepted),
    logs('rejected', stats.rejected),
    entries('written', stats.requestsWritten),
    entries('accepted', stats.requestsAccepted),
    ...Object.entries(stats.dropped).map(([reason, value]) =>
      one('dropped_total', 'counter', 'Logs and request entries that were dropped, by reason.', value ?? 0, {
        reason,
      }),
    ),
    one('cpu_seconds_total', 'counter', 'Processor time used.', (user + system) / 1e6),
    one('resident_memory_bytes', 'gauge', 'Resident memory.', process.memoryUsage.rss()),
  ]
}

/** Adds up the metrics of several processes. */
export function addUp(all: readonly (readonly Sample[])[]): Sample[] {
  const sums = new Map<string, Sample>()
  for (const sample of all.flat()) {
    const key = seriesOf(sample)
    const before = sums.get(key)
    sums.set(key, before === undefined ? sample : { ...before, value: before.value + sample.value })
  }
  return [...sums.values()]
}

/** The metrics in the Prometheus text format. */
export function exposition(figures: readonly Sample[]): string {
  const byName = new Map<string, Sample[]>()
  for (const sample of figures) byName.set(sample.name, [...(byName.get(sample.name) ?? []), sample])
  const lines: string[] = []
  for (const [name, group] of byName) {
    const [{ help, kind }] = group as [Sample]
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`)
    for (const sample of group) lines.push(`${seriesOf(sample)} ${sample.value}`)
  }
  return `${lines.join('\n')}\n`
}

function seriesOf({ name, labels }: Sample): string {
  if (labels === undefined) return name
  return `${name}{${Object.entries(labels)
    .map(([label, value]) => `${label}="${value}"`)
    .join(',')}}`
}
