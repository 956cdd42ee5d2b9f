// Start of a service: time to its first answer and memory then, with zero code and with a NodeSDK that has the same
// instrumentations. node bench/register.mjs [rounds]
import { fork } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { startCountingServer } from './lib/counting-server.mjs'
import { median, medianOfPairs, printTable } from './lib/figures.mjs'
import { report } from './lib/report.mjs'
import { interleave } from './lib/rounds.mjs'

const PEER = 'NodeSDK'
const OURS = 'register'
const rounds = Number(process.argv[2] ?? 11)
const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const server = await startCountingServer('"trace_id"')
const LOADED = {
  [PEER]: here('register/node-sdk.mjs'),
  [OURS]: createRequire(import.meta.url).resolve('../dist/register.mjs'),
}
const figures = await interleave(['bare', PEER, OURS], rounds, start)
server.stop()

const of = (name, figure) => median(figures.get(name).map((each) => each[figure]))
const ratio = (figure) =>
  medianOfPairs(figures.get(OURS), figures.get(PEER), (ours, peer) => ours[figure] / peer[figure])
console.log(
  `\nUntil a service of one route has answered once, medians of ${figures.get(OURS).length} interleaved rounds\n`,
)
printTable(
  ['', 'ms', 'ms of CPU', 'RSS, MB'],
  [...figures.keys()].map((name) => [name, of(name, 'ms'), of(name, 'cpuMs'), of(name, 'rss') / 1e6]),
)
const row = (id, work, figure, unit, factor = 1) => ({
  id: `register.${id}`,
  work,
  value: ratio(figure),
  unit: 'x NodeSDK',
  target: 1.05,
  figures: `${(of(OURS, figure) / factor).toFixed(0)} ${unit} against ${(of(PEER, figure) / factor).toFixed(0)}`,
})
report([
  row('time', '`register`: time to first answer', 'ms', 'ms'),
  row('memory', '`register`: memory after it', 'rss', 'MB', 1e6),
])

function start(name) {
  const service = fork(here('register/app.mjs'), {
    execArgv: name === 'bare' ? [] : ['--import', LOADED[name]],
    env: {
      PATH: process.env.PATH,
      LOGNITOR_API_KEY: 'bench',
      LOGNITOR_API_URL: server.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: server.url,
      ...(name === PEER && { OTEL_METRICS_EXPORTER: 'none' }),
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  return new Promise((resolve, reject) => {
    service.once('error', reject)
    service.once('exit', (code) => reject(new Error(`${name}: the service ended with ${code}`)))
    service.once('message', (figure) => {
      resolve(figure)
      service.kill('SIGKILL')
    })
  })
}
