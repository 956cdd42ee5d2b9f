// The cost of an outage for the application: a million logs into a service that answers 503, with room for all.
// node bench/outage.mjs [logs]
import { createRequire } from 'node:module'
import { printTable } from './lib/figures.mjs'
import { measureOutage } from './outage/measure.mjs'

const logs = Number(process.argv[2] ?? 1_000_000)
const module = createRequire(import.meta.url).resolve('../dist/index.cjs')
const { queued, queueBytes, retainedBytes, peakBytes, health, outage } = await measureOutage(module, logs)

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
console.log('\nOne logging call\n')
printTable(
  ['', 'median us', 'p99 us'],
  [
    ['in health', health.medianUs, health.p99Us],
    ['in an outage', outage.medianUs, outage.p99Us],
    ['ratio', (outage.medianUs / health.medianUs).toFixed(2), (outage.p99Us / health.p99Us).toFixed(2)],
  ],
)
const isKept = queued >= logs && retainedBytes <= 1.5 * queueBytes && peakBytes <= 3 * queueBytes
if (!isKept || outage.p99Us > 2 * health.p99Us) process.exitCode = 1
