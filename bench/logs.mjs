// CPU per log record, user and system of all threads: ours beside OpenTelemetry's own OTLP exporter.
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { startCountingServer } from './lib/counting-server.mjs'
import { median, printTable } from './lib/figures.mjs'
import { interleave } from './lib/rounds.mjs'
import { MARK } from './logs/record.mjs'
import { VARIANTS } from './logs/variants.mjs'

const WARM_UP = 500_000
const MEASURED = 80_000
const rounds = Number(process.argv[2] ?? 7)

const server = await startCountingServer(MARK)
const names = Object.keys(VARIANTS)
const traffic = new Map()
const figures = await interleave(names, rounds, measure)
server.stop()

const peer = median(figures.get('OTLP JSON exporter'))
console.log(`\nCPU per log record of twelve attributes, medians of ${rounds} interleaved rounds\n`)
printTable(
  ['', 'us a record', 'x OTLP JSON', 'bytes a record', 'records a POST'],
  names.map((name) => {
    const us = median(figures.get(name))
    return [name, us, (us / peer).toFixed(2), ...traffic.get(name)]
  }),
)

async function measure(name) {
  const { usPerRecord, written } = await runChild(name)
  const { requests, bytes, marks } = await server.take()
  // A variant that loses records is not cheaper but wrong.
  const isSilent = name.includes('no-op')
  if (marks !== (isSilent ? 0 : written)) throw new Error(`${name}: ${marks} of ${written} records arrived`)
  traffic.set(name, isSilent ? ['', ''] : [String(Math.round(bytes / marks)), (marks / requests).toFixed(0)])
  return usPerRecord
}

function runChild(name) {
  const child = fork(fileURLToPath(new URL('logs/child.mjs', import.meta.url)), [
    name,
    server.url,
    String(WARM_UP),
    String(MEASURED),
  ])
  return new Promise((resolve, reject) => {
    child.on('message', async (message) => {
      if (message !== 'warm') return resolve(message)
      await server.take()
      child.send('go')
    })
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code}`)))
  })
}
