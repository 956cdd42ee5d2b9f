// The cost of an outage for the application: a million logs into a service that answers 503, with room for all; the time
// of a logging call, and the longest turn of the event loop, in health and in an outage.
// node bench/outage.mjs [logs]
import { createRequire } from 'node:module'
import { printTable } from './lib/figures.mjs'
import { report } from './lib/report.mjs'
import { SECONDS, secondsPassed } from './lib/time.mjs'
import { measureOutage, measurePauses } from './outage/measure.mjs'

const MOST = 1_000_000
const PROBE = 20_000
const TURNS = 15_000
const module = createRequire(import.meta.url).resolve('../dist/index.cjs')
const logs = Number(process.argv[2] ?? (await logsInTime()))
const { queued, queueBytes, retainedBytes, peakBytes, health, outage } = await measureOutage(module, logs)
const pauses = await measurePauses(module, TURNS)

const megabytes = (bytes) => (bytes / 2 ** 20).toFixed(0)
const times = (bytes) => (bytes / queueBytes).toFixed(2)
console.log(`\n${queued} logs kept through an outage, over the same run with a queue of one log\n`)
printTable(
  ['', 'MiB', 'x queue', 'bound'],
  [
    ['queue', megabytes(queueBytes), '1.00', ''],
    ['retained after GC', megabytes(retainedBytes), times(retainedBytes), '1.50'],
    ['peak RSS', megabytes(peakBytes), times(peakBytes), '3.00'],
  ],
)
console.log('\nOne logging call, and the longest turn of an event loop that makes ten of them a turn\n')
printTable(
  ['', 'median us', 'p99 us', 'longest turn, ms CPU'],
  [
    ['in health', health.medianUs, health.p99Us, pauses.healthMs],
    ['in an outage', outage.medianUs, outage.p99Us, pauses.outageMs],
    ['ratio', (outage.medianUs / health.medianUs).toFixed(2), (outage.p99Us / health.p99Us).toFixed(2), ''],
    ['without logs', '', '', pauses.bareMs],
  ],
)
const isKept = queued >= logs && retainedBytes <= 1.5 * queueBytes && peakBytes <= 3 * queueBytes
if (!isKept || outage.p99Us > 2 * health.p99Us) process.exitCode = 1

/** As many of a million as a probe shows to fit into half of the time; the three runs of a million come after it. */
async function logsInTime() {
  await measureOutage(module, PROBE)
  const inTime = (SECONDS / 2 / secondsPassed()) * PROBE
  return Math.max(PROBE, Math.min(MOST, Math.round(inTime / PROBE) * PROBE))
}

const pause = (id, where, value) => ({
  id: `pause.${id}`,
  work: `longest turn of the event loop ${where}, ten logs a turn`,
  value: value - pauses.bareMs,
  unit: 'ms of CPU over no logs',
  target: 5,
  figures: `${value.toFixed(1)} ms against ${pauses.bareMs.toFixed(1)}`,
})
report([
  { id: 'call.health', work: 'p99 of a logging call, healthy', value: health.p99Us, unit: 'us', target: 50 },
  {
    id: 'call.outage',
    work: 'p99 of a logging call, in an outage',
    value: outage.p99Us,
    unit: 'us',
    target: 50,
  },
  pause('health', 'healthy', pauses.healthMs),
  pause('outage', 'in an outage', pauses.outageMs),
  {
    id: 'memory',
    work: `memory retained under ${logs} logs into an outage`,
    value: retainedBytes / queueBytes,
    unit: "x the queue's bytes",
    target: 1.07,
    figures: `${megabytes(retainedBytes)} MiB for ${megabytes(queueBytes)}`,
  },
])
