// CPU per log record, user and system of all threads: ours beside OpenTelemetry's own OTLP exporter.
// node bench/logs.mjs [generations] [names of variants ...]
import { startCountingServer } from './lib/counting-server.mjs'
import { median, medianOfPairs, printTable } from './lib/figures.mjs'
import { measureLiving } from './lib/living.mjs'
import { report } from './lib/report.mjs'
import { MARK } from './logs/record.mjs'
import { VARIANTS } from './logs/variants.mjs'

const PEER = 'OTLP JSON exporter'
const YOUNG = 40_000
const WARM = 250_000
const MEASURED = 20_000

const [, , generations = 3, ...chosen] = process.argv
const variants = Object.keys(VARIANTS).filter(
  (name) => chosen.length === 0 || name === PEER || chosen.some((part) => name.includes(part)),
)
const server = await startCountingServer(MARK)
const traffic = new Map()
const figures = await measureLiving({
  file: new URL('logs/child.mjs', import.meta.url),
  variants,
  args: () => [server.url],
  young: YOUNG,
  warm: WARM,
  measured: MEASURED,
  generations: Number(generations),
  check,
})
server.stop()

const us = (name, age) => median(figures.get(name)[age])
const over = (name, other, age) =>
  medianOfPairs(figures.get(name)[age], figures.get(other)[age], (one, beside) => one / beside)
const ratio = (name, age) => over(name, PEER, age)
const rounds = figures.get(PEER).warm.length
/** Records after which the youngest of the warm processes was measured. */
const age = Math.min(...variants.map((name) => figures.get(name).age))
console.log(`\nCPU per log record of twelve attributes, medians of ${rounds} interleaved rounds\n`)
printTable(
  [
    '',
    `us after ${age}`,
    'x OTLP JSON',
    `us after ${YOUNG}`,
    'x OTLP JSON',
    'bytes a record',
    'records a POST',
  ],
  variants.map((name) => [
    name,
    us(name, 'warm'),
    ratio(name, 'warm').toFixed(2),
    us(name, 'young'),
    ratio(name, 'young').toFixed(2),
    ...traffic.get(name),
  ]),
)
report(rows())

function rows() {
  const unit = 'x OTLP JSON exporter'
  const row = (id, work, name, target, age = 'warm') =>
    variants.includes(name) && {
      id,
      work,
      value: ratio(name, age),
      unit,
      target,
      figures: `${us(name, age).toFixed(1)} us against ${us(PEER, age).toFixed(1)}`,
    }
  const rich = 'info() with all parts'
  const redacted = 'info() with all parts, redaction'
  return [
    row('logs.sdk', 'a record in the SDK alone (no-op exporter)', 'OpenTelemetry SDK alone (no-op exporter)'),
    row('logs.bare', 'a record by hand: JSON.stringify, POSTs of 100', 'JSON.stringify and POST by hundreds'),
    row(
      'logs.exporter.warm',
      `a record through LognitorLogRecordExporter, after ${age} others`,
      'LognitorLogRecordExporter',
      1,
    ),
    row('logs.exporter.young', `the same after ${YOUNG} others`, 'LognitorLogRecordExporter', 1.1, 'young'),
    row('logs.processor', 'a record through LognitorLogRecordProcessor', 'LognitorLogRecordProcessor', 0.95),
    row('logs.info', 'info() with the twelve as metadata', 'info()'),
    row('logs.rich', 'info() with metadata, user, request, perf, tags', rich, 0.6),
    variants.includes(redacted) && {
      id: 'logs.redacted',
      work: 'the same with 4 redaction patterns and scrubbing, clean text',
      value: over(redacted, rich, 'warm'),
      unit: 'x without',
      target: 1.3,
      figures: `${us(redacted, 'warm').toFixed(1)} us against ${us(rich, 'warm').toFixed(1)}`,
    },
  ].filter(Boolean)
}

/** A variant that loses records is not cheaper but wrong. Without `written`, what came before is forgotten. */
async function check(name, written) {
  const { requests, bytes, marks } = await server.take()
  if (written === undefined) return
  const isSilent = name.includes('no-op')
  if (marks !== (isSilent ? 0 : written)) throw new Error(`${name}: ${marks} of ${written} records arrived`)
  traffic.set(name, isSilent ? ['', ''] : [String(Math.round(bytes / marks)), (marks / requests).toFixed(0)])
}
