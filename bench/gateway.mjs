// One gateway process that takes protobuf and sends Lognitor's JSON, compared with the OpenTelemetry Collector, which
// forwards the same records to the same server as JSON: records a second, CPU a record (user and system, all threads),
// peak memory.
import { fork, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { ensureCollector } from '../scripts/collector/otelcol.mjs'
import { cpuMs, freePorts, peakMiB, started, startGateway } from './gateway/process.mjs'
import { startCountingServer } from './lib/counting-server.mjs'
import { median, medianOfPairs, printTable } from './lib/figures.mjs'
import { report } from './lib/report.mjs'
import { interleave } from './lib/rounds.mjs'
import { MARK } from './logs/record.mjs'

const RECORDS_A_REQUEST = 500
const WARM_UP = 200
const MEASURED = 400
const rounds = Number(process.argv[2] ?? 5)

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const server = await startCountingServer(MARK)
const collector = await ensureCollector()
const VARIANTS = {
  'lognitor gateway': () => startGateway(server.url),
  ...(collector && { 'OpenTelemetry Collector': startCollector }),
}
const names = Object.keys(VARIANTS)
const figures = await interleave(names, rounds, measure)
server.stop()

const of = (name, what) => median(figures.get(name).map((figure) => figure[what]))
console.log(
  `\nOne process, ${RECORDS_A_REQUEST} records of twelve attributes a request, medians of ${rounds} interleaved rounds\n`,
)
printTable(
  ['', 'records a second', 'CPU us a record', 'bytes out a record', 'peak MiB'],
  names.map((name) => [
    name,
    String(Math.round(of(name, 'perSecond'))),
    of(name, 'usPerRecord'),
    String(Math.round(of(name, 'bytesPerRecord'))),
    String(Math.round(of(name, 'peakMiB'))),
  ]),
)
if (collector) {
  const [gateway, other] = names
  const times = medianOfPairs(
    figures.get(gateway),
    figures.get(other),
    (ours, others) => ours.usPerRecord / others.usPerRecord,
  )
  report([
    {
      id: 'gateway.cpu',
      work: 'gateway, protobuf in, Lognitor JSON out',
      value: times,
      unit: "x the Collector's CPU",
      target: 1,
      figures: `${of(gateway, 'usPerRecord').toFixed(1)} us against ${of(other, 'usPerRecord').toFixed(1)}; ${of(gateway, 'peakMiB').toFixed(0)} MiB against ${of(other, 'peakMiB').toFixed(0)}`,
    },
  ])
  console.log(
    `\n  CPU: ${times.toFixed(2)} times the Collector's, which sends ${of(other, 'bytesPerRecord').toFixed(0)} bytes a record and reshapes nothing.`,
  )
} else console.log('\n  Nothing to compare with: there is no otelcol, and no Go to build one.')

async function measure(name) {
  const target = await VARIANTS[name]()
  const load = fork(here('gateway/load.mjs'), [target.url])
  await message(load)
  await run(load, WARM_UP)
  const before = cpuMs(target.pid)
  const since = performance.now()
  const bytes = await run(load, MEASURED)
  const elapsedMs = performance.now() - since
  const records = MEASURED * RECORDS_A_REQUEST
  const figure = {
    usPerRecord: ((cpuMs(target.pid) - before) * 1000) / records,
    perSecond: (records / elapsedMs) * 1000,
    bytesPerRecord: bytes / records,
    peakMiB: peakMiB(target.pid),
  }
  load.disconnect()
  await target.stop()
  return figure
}

/**
 * Sends this many requests and waits until all their records have reached the server. Gives the bytes received there.
 */
async function run(load, requests) {
  load.send(requests)
  await message(load)
  let marks = 0
  let bytes = 0
  while (marks < requests * RECORDS_A_REQUEST) {
    const counted = await server.take()
    marks += counted.marks
    bytes += counted.bytes
    if (counted.marks === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  if (marks !== requests * RECORDS_A_REQUEST)
    throw new Error(`${marks} records arrived, and not ${requests * RECORDS_A_REQUEST}`)
  return bytes
}

async function startCollector() {
  const [port, health] = await freePorts(2)
  const child = spawn(collector, ['--config', here('gateway/collector.yaml')], {
    env: { PORT: String(port), HEALTH: String(health), SINK: server.url },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return started(child, `http://127.0.0.1:${port}`, `http://127.0.0.1:${health}/`)
}

function message(child) {
  return new Promise((resolve, reject) => {
    const ended = (code) => reject(new Error(`the sender ended (${code})`))
    child.once('exit', ended)
    child.once('message', (said) => {
      child.off('exit', ended)
      resolve(said)
    })
  })
}
